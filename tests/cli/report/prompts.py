"""What `trace --prompts -o jsonl` says of each event that has messages."""
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if "messages" in event:
        print(event["type"], event["agent"], [(m["role"], m["parts"][0]["text"][:20]) for m in event["messages"]])
    if "answer" in event:
        print(event["type"], event["agent"], event["answer"]["role"], repr(event["answer"]["parts"][0]["text"][:30]))
