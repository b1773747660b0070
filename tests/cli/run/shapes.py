"""Reads `run -o json`: what a script would take from it."""
import json
import sys

result = json.load(sys.stdin)
print(result["phase"], result["stopped_reason"], repr(result["output"]), result["error"])
for agent in result["agents"]:
    print(agent["name"], agent["endpoint"], agent["model"], repr(agent["output"]), agent["calls"], agent["usage"])
