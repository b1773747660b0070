"""calls.py REQUESTS: which agents asked the server, in order."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    print(*(json.loads(line)["body"]["messages"][0]["content"] for line in file))
