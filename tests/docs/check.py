#!/usr/bin/env python3
"""Holds the checked-in pages against the program: what it generates of itself has to equal the copy in the tree.

    python3 tests/docs/check.py [--build build]
    ORLOJ_ACCEPT=1 python3 tests/docs/check.py      writes the copies anew

Beside that: README.md states exactly two commands for a bare machine and lists all commands of orloj; every example has a
README and is run by a case of tests/cli; what a README says that a command prints is what the case's transcript says;
every environment variable the source reads is in the man page; mandoc has nothing to say about the pages and shellcheck
nothing about scripts, where these are installed; what src/README.md names exists.
"""

import argparse
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True  # No caches in the source tree.
sys.path.insert(0, str(ROOT / "tests/cli"))
import run as cli_cases  # noqa: E402

# A variable the source asks for by name.
VARIABLE = re.compile(r'environment\("(\w+)"\)|"((?:ORLOJ|XDG|SSL)_\w+|(?:https?|HTTPS?|all|ALL|no|NO)_(?:proxy|PROXY)|\w+_API_KEY)"')
URL = re.compile(r"https?://[^\s\"]+(?=\s|$)")
README_COMMANDS = ["sh examples/quickstart.sh", "sh tests/run.sh"]

LIST_START = "<!-- Made by `orloj __generate commands`; do not edit. -->\n"
LIST_END = "<!-- End of what is made. -->\n"


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def report(self, name, trouble):
        if trouble:
            self.failed += 1
            print(f"-- docs/{name}\n{trouble}")
        else:
            self.passed += 1


def generate(binary, word):
    ran = subprocess.run([str(binary), "__generate", word], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, timeout=30, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
    if ran.returncode != 0 or not ran.stdout:
        raise RuntimeError(f"'orloj __generate {word}' ended with {ran.returncode}: {ran.stderr.decode(errors='replace')}")
    return ran.stdout.decode("utf-8")


def compare(checks, name, copy, made):
    difference = list(difflib.unified_diff(copy.splitlines(), made.splitlines(), name, "generated", lineterm=""))
    trouble = "\n".join(difference[:40]) or ("differs in white space at its end" if copy != made else "")
    checks.report(name, trouble and f"{trouble}\nmake it anew with: ORLOJ_ACCEPT=1 python3 tests/docs/check.py")


def check_generated(binary, checks):
    """What `orloj __generate list` names, and nothing else, is in the tree as `orloj __generate NAME` prints it."""
    names = generate(binary, "list").split()
    accept = os.environ.get("ORLOJ_ACCEPT") == "1"
    for name in names:
        path = ROOT / name
        made = generate(binary, name)
        if accept:
            path.parent.mkdir(exist_ok=True)
            path.write_text(made, encoding="utf-8")
        compare(checks, name, path.read_text(encoding="utf-8") if path.exists() else "", made)
    for folder in ("man", "completions"):
        for path in sorted((ROOT / folder).iterdir()):
            name = str(path.relative_to(ROOT))
            if name not in names and accept:
                path.unlink()
            elif name not in names:
                checks.report(name, "orloj does not make this file (any more)")


def check_command_list(binary, checks):
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    if LIST_START not in text or LIST_END not in text:
        checks.report("README.md (commands)", f"has no part between {LIST_START.strip()} and {LIST_END.strip()}")
        return
    before, rest = text.split(LIST_START)
    copy, after = rest.split(LIST_END)
    made = generate(binary, "commands")
    if os.environ.get("ORLOJ_ACCEPT") == "1":
        path.write_text(before + LIST_START + made + LIST_END + after, encoding="utf-8")
        copy = made
    compare(checks, "README.md (commands)", copy, made)


def check_man_pages(checks):
    text = (ROOT / "man/orloj.1").read_text(encoding="utf-8")
    read = set()
    for path in sorted((ROOT / "src").rglob("*.cpp")):
        if path.name not in ("generate_man.cpp", "environment.cpp"):
            read |= {a or b for a, b in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    missing = sorted(name for name in read if name not in text)
    checks.report("man/orloj.1 (variables)", missing and "the source reads what the page does not name: " + ", ".join(missing))
    pages = sorted((ROOT / "man").glob("*.[1-8]"))
    for path in pages:
        wanted = {f"{name}.{number}" for name, number in
                  re.findall(r"\\fB(orloj[a-z\\-]*)\\fR\((\d)\)", path.read_text(encoding="utf-8").replace("\\-", "-"))}
        lost = sorted(name for name in wanted if not (ROOT / "man" / name).exists())
        checks.report(f"{path.name} (see also)", lost and "refers to pages that are not there: " + ", ".join(lost))
        if shutil.which("mandoc"):
            said = subprocess.run(["mandoc", "-Tlint", str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
            checks.report(f"{path.name} (mandoc -Tlint)", said.stdout.decode(errors="replace"))


def check_scripts(checks):
    """shellcheck has nothing to say about the scripts of the repository and the completion for bash."""
    if not shutil.which("shellcheck"):
        return
    scripts = [path for path in sorted(ROOT.rglob("*.sh")) if not {"build", "subprojects"} & set(path.relative_to(ROOT).parts)]
    scripts += [path for path in (ROOT / ".ci/setup", ROOT / ".ci/run") if path.exists()]

    def dialect_of(path):
        return "bash" if path.suffix == ".bash" or "bash" in path.read_text(encoding="utf-8").split("\n", 1)[0] else "sh"

    scripts += [ROOT / "completions/orloj.bash", *sorted((ROOT / "tests/cli").rglob("*.bash"))]
    for path, dialect in [(path, dialect_of(path)) for path in scripts]:
        said = subprocess.run(["shellcheck", "-s", dialect, str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        checks.report(f"{path.relative_to(ROOT)} (shellcheck)", said.stdout.decode(errors="replace"))


def check_readme(checks):
    path = ROOT / "README.md"
    if not path.exists():
        checks.report("README.md", "is missing")
        return
    stated = []
    for block in re.findall(r"^```[^\n]*\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        stated += [re.sub(r"^\$ +|\s+#.*$", "", line.strip()) for line in block.splitlines()]
    stated = [line for line in stated if line.startswith("sh ")]
    trouble = "" if stated == README_COMMANDS else \
        f"the commands for a bare machine are {README_COMMANDS}, in code blocks, each once; it has {stated}"
    checks.report("README.md", trouble)


def check_examples(checks):
    cases = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/cli").glob("*/cmd")))
    for folder in sorted(path for path in (ROOT / "examples").glob("*") if path.is_dir()):
        name = f"examples/{folder.name}"
        trouble = []
        if not (folder / "README.md").exists():
            trouble.append(f"{name}/README.md is missing")
        if not re.search(rf"{name}(?![\w-])", cases):
            trouble.append(f"no case of tests/cli runs {name}")
        checks.report(name, "\n".join(trouble))


def check_walks(checks):
    """What src/README.md names as `room::name` is to be found in that room."""
    missing = []
    for room, name in re.findall(r"`(\w+)::(?:\w+::)*(\w+)`", (ROOT / "src/README.md").read_text(encoding="utf-8")):
        texts = (path.read_text(encoding="utf-8") for path in (ROOT / "src" / room).glob("*.?pp"))
        if not any(re.search(rf"\b{name}\b", text) for text in texts):
            missing.append(f"{room}::{name}")
    checks.report("src/README.md", missing and "there is no " + ", ".join(missing))


def normal(line):
    """A line as the transcripts of tests/cli have it."""
    for pattern, word in cli_cases.CHANGING:
        line = pattern.sub(word, line)
    return line


def shown_runs(text):
    """[(command, [line of its output])] of the indented blocks of a README."""
    runs, inside = [], False
    for line in text.splitlines():
        if line.startswith("    $ "):
            runs.append((line[6:], []))
            inside = True
        elif inside and line.startswith("    "):
            runs[-1][1].append(line[4:])
        else:
            inside = False
    return runs


def printed_by(command):
    """What the cases' transcripts say that the command printed, each time it ran."""
    found = []
    for path in sorted((ROOT / "tests/cli").glob("*/transcript")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for start in (index + 1 for index, line in enumerate(lines) if line == f"$ {command}"):
            end = next((index for index in range(start, len(lines)) if lines[index].startswith("$ ")), len(lines))
            found.append([URL.sub("URL", line) for line in lines[start:end]])
    return found


def line_pattern(line):
    if line == "...":
        return r"(.*\n)*?"
    return re.escape(URL.sub("URL", normal(line))).replace(r"\.\.\.", ".*") + "\n"


def check_shown_output(checks):
    """'...' stands for lines, or for the part of a line, that a README leaves out; a URL may be another."""
    for path in sorted((ROOT / "examples").glob("*/README.md")):
        for command, output in shown_runs(path.read_text(encoding="utf-8")):
            name = f"{path.relative_to(ROOT)}: {command}"
            printed = printed_by(command)
            pattern = "".join(line_pattern(line) for line in output)
            if any(re.fullmatch(pattern, "".join(line + "\n" for line in lines)) for lines in printed):
                checks.report(name, "")
            elif printed:
                wanted = [line for line in output if line != "..."]
                checks.report(name, "\n".join(difflib.unified_diff(wanted, printed[0], "the README", "a transcript", lineterm="")))
            else:
                checks.report(name, "no case of tests/cli runs this command")


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", default="build")
    binary = (pathlib.Path(arguments.parse_args().build) / "src" / "orloj").resolve()
    checks = Checks()
    check_generated(binary, checks)
    check_command_list(binary, checks)
    check_man_pages(checks)
    check_scripts(checks)
    check_readme(checks)
    check_walks(checks)
    check_examples(checks)
    check_shown_output(checks)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
