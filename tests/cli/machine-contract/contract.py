"""Runs every command with every format that the table of commands says it takes."""
import json
import subprocess

# What to type for a command; a row for every command that takes a format. {N} is new each time.
CALLS = {
    "apply": "-f manifests.yaml --no-run",
    "validate": "-f manifests.yaml",
    "diff": "task/hello task/again",
    "edit": "agent writer",
    "init": "demo{N} --model mock",
    "schema": "agent",
    "run": "task/hello",
    "resume": "task/hello",
    "retry": "task/hello --run",
    "fork": "task/hello --at 5 --name fork{N}",
    "replay": "task/hello",
    "work": "--once",
    "get": "agents",
    "describe": "agent writer",
    "logs": "task/hello",
    "trace": "task/hello",
    "report": "task/hello",
    "messages": "task/hello",
    "metrics": "task/hello",
    "graph": "system report",
    "events": "",
    "top": "tasks",
    "cost": "",
    "status": "",
    "secret list": "",
    "config": "view",
    "config view": "",
    "prune": "--older-than 30d --dry-run",
    "backup": "copy{N}.db",
    "recover": "recovered{N}.db",
    "doctor": "",
    "models": "",
    "explain": "agent",
    "version": "",
}

# Events are printed as the journal has them: without an envelope, so that a line stays a line.
EVENTS = {"logs", "trace", "events"}
EVENTS_BY_LINE = {"run", "resume"}  # -o jsonl

said = {True: 0, False: 0}
number = 0


def complain(command, text):
    said[False] += 1
    print(f"{command}: {text}")


for line in open("formats", encoding="utf-8"):
    command, formats = line.rstrip("\n").split("\t")
    words = formats.split()
    if formats and command not in CALLS:
        complain(command, "takes formats and has no call here")
        continue
    if "table" in words and "json" not in words:
        complain(command, "prints a table and does not take -o json")
    for word in words:
        number += 1
        typed = word + "NAME:.metadata.name" if word.startswith("custom-columns") else word
        arguments = CALLS[command].replace("{N}", str(number)).split()
        if command == "work":  # It wants something to do.
            subprocess.run(["orloj", "retry", "task/hello"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=30)
        ran = subprocess.run(["orloj", *command.split(), *arguments, "-o", typed], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, text=True)
        allowed = (0, 1) if command in ("diff", "doctor", "models") else (0,)
        if ran.returncode not in allowed:
            complain(command, f"-o {word} ends with {ran.returncode}: {ran.stderr.strip()}")
        elif word in ("json", "jsonl"):
            try:
                rest, decoder = ran.stdout.strip(), json.JSONDecoder()
                if not rest:
                    complain(command, f"-o {word} prints nothing")
                while rest:
                    value, end = decoder.raw_decode(rest)
                    rest = rest[end:].lstrip()
                    version = value.get("apiVersion", value.get("$schema")) if isinstance(value, dict) else None
                    events = command in EVENTS or (word == "jsonl" and command in EVENTS_BY_LINE)
                    if not version and not events:
                        complain(command, f"-o {word}: no apiVersion in {json.dumps(value)[:100]}")
                        break
            except ValueError as error:
                complain(command, f"-o {word} is not JSON: {error}")
            said[True] += 1
        else:
            said[True] += 1
print("each format of each command is taken" if not said[False] else f"{said[False]} complaints")
