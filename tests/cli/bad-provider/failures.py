"""Reads `get tasks -o json`: how many tasks ended how."""
import collections
import json
import sys

items = json.load(sys.stdin)["items"]
print(dict(sorted(collections.Counter(item["status"]["phase"] for item in items).items())))
