"""Puts each group of the corpus wherever text of others can stand in a database, looks at it with every command on a
terminal, and says which bytes came through that should not have."""
import os
import re
import shutil
import sqlite3
import sys
import unicodedata

import corpus

sys.path.insert(0, os.path.join(os.environ["REPO"], "tests/cli"))
import pseudo_terminal  # noqa: E402

MARKS = ("MARKTEXT", "MARKNAME", "MARKLABEL", "MARKPROMPT", "MARKINPUT", "MARKMODEL")
COLUMNS = {"resource": ("name", "labels", "annotations", "spec"), "revision": ("name", "spec"),
           "run": ("system", "last_error", "output"), "run_revision": ("name",), "event": ("agent", "payload"),
           "message": ("parts",)}
JSON = ("labels", "annotations", "spec", "output", "payload", "parts")
COMMANDS = [line.split() for line in """
get agents
get agents -o wide
get agents -o json
get agents -o jsonl
get agents -o yaml
get agents -o name
get agents -o custom-columns=N:.metadata.name,L:.metadata.labels.team,S:.spec
get agents --sort-by .spec.prompt
get tasks
get tasks -o json
get task t
get model-endpoints
describe task/t
describe task/t -o yaml
describe agent-system/pair
describe model-endpoint/main
describe task/f
logs task/t
logs task/f
logs task/t -o json
logs task/t --agent MARKNAME
logs agent/second
trace task/t
trace task/t --prompts
trace task/f --prompts
trace task/f
trace task/t -o json
messages task/t
messages task/t -o json
metrics task/t
metrics task/f
graph task/t
graph task/f
graph system/pair
graph task/t -o dot
graph task/t -o mermaid
graph task/t -o json
events
events -o jsonl
top tasks
top agents
status
run task/t
retry task/f
get agent MARKNAME
get MARKNAME
logs MARKNAME
events --type MARKNAME
""".strip().splitlines()]
COMMANDS_FOR_LONG = [words.split() for words in ("get agents", "get tasks", "logs task/t --tail 2", "messages task/t",
                                                 "graph task/t", "run task/t")]
HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
                     "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")


def escaped(text, as_json):
    """The bytes as they lie in a JSON string, when they can."""
    if not as_json:
        return text
    out = text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return re.sub(rb"[\x00-\x1f]", lambda found: b"\\u%04x" % found.group()[0], out)


def poison(path, text):
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    with connection:
        for table, columns in COLUMNS.items():
            for column in columns:
                for mark in MARKS:
                    # A name is a part of others and of keys: a terminal is all that has to be safe from it.
                    value = escaped(text.replace(b"\0", b""), column in JSON)
                    connection.execute(f"UPDATE {table} SET {column} = replace({column}, ?, CAST(? AS TEXT)) "
                                       f"WHERE instr({column}, ?)", (mark, value, mark))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def on_terminal(words, environment):
    status, shown = pseudo_terminal.run(words, environment=environment)
    return shown, status


def problem(shown):
    try:
        text = shown.replace(b"\r\n", b"\n").decode()
    except UnicodeDecodeError as error:
        return f"no UTF-8: {error}"
    found = HARMFUL.search(text)
    if not found:
        return ""
    return f"{unicodedata.name(found.group(), hex(ord(found.group())))} in {text[max(0, found.start() - 30):found.end() + 10]!r}"


def main():
    seen = 0
    for number, text in enumerate([*corpus.GROUPS, corpus.LONG]):
        for end in ("", "-wal", "-shm"):
            if os.path.exists("clean.db" + end):
                shutil.copy("clean.db" + end, "hostile.db" + end)
        poison("hostile.db", text)
        typed = os.fsdecode(text.replace(b"\0", b""))[:1000]
        for command in COMMANDS if text is not corpus.LONG else COMMANDS_FOR_LONG:
            words = ["orloj", "--db", "hostile.db"] + [word.replace("MARKNAME", typed) for word in command]
            shown, status = on_terminal(words, {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "80"})
            seen += 1
            wrong = problem(shown)
            if status not in (0, 1, 2, 3):
                wrong = wrong or f"ended with {status}: {shown[-300:]!r}"
            if wrong:
                print(f"group {number}: orloj {' '.join(command)}: {wrong}")
    print(f"{'at least 100' if corpus.SIZE >= 100 else corpus.SIZE} strings, every command looked at: {seen == len(COMMANDS) * len(corpus.GROUPS) + len(COMMANDS_FOR_LONG)}")


main()
