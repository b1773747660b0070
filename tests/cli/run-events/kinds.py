"""kinds.py FILE: for each line, which has to be an event, what it is and whose; then whether they are numbered in order."""

import json
import sys

events = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
for event in events:
    print(event["type"], event.get("agent", "-"))
first = events[0]["seq"] if events else 1
print(f"from {first}" + ("" if [e["seq"] for e in events] == list(range(first, first + len(events))) else ", out of order"))
