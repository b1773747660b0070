"""Reads `get task -o json` and prints what is kept of a run that a budget stopped."""
import json
import sys

status = json.load(sys.stdin)["status"]
for name in ("phase", "stopped_reason", "lastError", "attempts", "output"):
    print(f"{name}: {status.get(name)}")
