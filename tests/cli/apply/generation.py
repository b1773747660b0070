"""Reads `get -o json`: what changed."""
import json
import sys

resource = json.load(sys.stdin)
print(resource["metadata"]["resourceVersion"], resource["metadata"]["generation"], resource["spec"]["prompt"])
