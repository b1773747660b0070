"""Reads `trace -o json`: where the credential of each request came from."""
import json
import sys

for event in json.load(sys.stdin):
    if event["type"] == "model_request":
        print(event["endpoint"], "used", event.get("credential_source", event.get("credential")))
