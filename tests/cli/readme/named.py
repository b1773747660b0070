"""Complains about commands and options in the READMEs that the program does not have."""
import functools
import os
import pathlib
import re
import subprocess

REPO = pathlib.Path(os.environ["REPO"])


@functools.cache
def page_of(words):
    """The long help of a command, "" when there is none."""
    ran = subprocess.run(["orloj", "help", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return ran.stdout if ran.returncode == 0 else ""


def shown(text):
    """Each command line in code, remarks left out."""
    code = re.findall(r"^```\w*\n(.*?)^```|^((?:    [^\n]*\n)+)|`([^`\n]+)`", re.sub(r"<!--.*?-->", "", text), re.MULTILINE | re.DOTALL)
    lines = [line.strip() for found in code for block in found for line in block.splitlines()]
    lines = [command for line in lines for command in re.split(r"[|;&(]|\s#", line)]
    return [line for line in lines if re.match(r"\s*(\$ )?([A-Z_]+=\S+ )*orloj(ctl)? [a-zA-Z-]", line)]


def trouble_of(line):
    words = line.split()
    words = words[[word.startswith("orloj") for word in words].index(True) + 1:]
    plain = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
    for length in (3, 2, 1):
        if words[:length] == plain[:length] and len(plain) >= length and page_of(tuple(words[:length])):
            page = page_of(tuple(words[:length]))
            return [f"{word} is no option of it" for word in words[length:]
                    if re.fullmatch(r"--?[a-z][a-z-]*", word) and not re.search(rf"(?<![\w-]){word}(?![\w-])", page)]
    return [] if words[0] in ("COMMAND", "help") or words[0].startswith("-") else ["there is no such command"]


for path in [REPO / "README.md", *sorted(REPO.glob("examples/*/README.md")), REPO / "examples/README.md"]:
    for line in shown(path.read_text(encoding="utf-8")):
        for trouble in trouble_of(line):
            print(f"{path.relative_to(REPO)}: {line}: {trouble}")
