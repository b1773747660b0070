"""The items of `get -o json` as manifests, one document after the other."""
import json
import sys

print("\n---\n".join(json.dumps(item) for item in json.load(sys.stdin)["items"]))
