"""The calls of a trace on standard input: each with what it cost, and their exact sum."""
import json
import sys
from decimal import Decimal

total = Decimal(0)
for event in json.load(sys.stdin, parse_float=Decimal):
    if event["type"] == "model_call":
        usage = event["usage"]
        total += usage["cost_usd"]
        print(f'{event["model"]}: {usage["cost_usd"]:f} ({usage["cost_source"]})')
    if event["type"] == "task_end":
        print(f'task_end: {event["usage"]["cost_usd"]:f}')
print(f"sum: {total:f}")
