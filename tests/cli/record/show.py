"""What a recording holds, a line for each exchange: times and ids change from run to run."""
import json
import sys

lines = [json.loads(line) for line in open(sys.argv[1])]
print(json.dumps(lines[0]))
for line in lines[1:]:
    asked, answer = line["request"], line.get("response") or line["failure"]
    names = sorted(header["name"].lower() for header in asked["headers"])
    print(asked["method"], asked["url"], names, answer.get("status", answer.get("kind")))
    print(answer.get("body", "")[:300].strip())
