"""Reads `trace -o json` from standard input and prints, for each agent, where its model call went."""
import json
import sys

events = json.load(sys.stdin)
requests = {event["call"]: event for event in events if event["type"] == "model_request"}
for event in events:
    if event["type"] == "model_call":
        asked = requests[event["call"]]
        usage = event["usage"]
        assert isinstance(event["duration_ms"], (int, float)) and event["duration_ms"] >= 0
        print(event["agent"], asked["endpoint"], asked["provider"], asked["model"], asked["url"], event["status"], usage)
assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
