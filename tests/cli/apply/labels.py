"""Reads `get tasks -o json`: which task each was made from."""
import json
import sys

for item in json.load(sys.stdin)["items"]:
    print(item["metadata"]["name"], item["status"]["phase"], item["metadata"].get("labels"))
