#!/usr/bin/env python3
"""Holds the checked-in pages against the program: what it generates of itself has to equal the copy in the tree.

    python3 tests/docs/check.py [--build build]
    ORLOJ_ACCEPT=1 python3 tests/docs/check.py      writes the copies anew

Beside that: README.md states exactly two commands for a bare machine, and every example has a README and is run
by a case of tests/cli.
"""

import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README_COMMANDS = ["sh examples/quickstart.sh", "sh tests/run.sh"]
USAGE_ERROR = 2  # The program's exit code for a command it does not have.

# What `orloj __generate WORD` prints, and the copy of it.
GENERATED = [
    ("man", "man/orloj.1"),
    ("completion-bash", "completions/orloj.bash"),
    ("completion-zsh", "completions/_orloj"),
    ("completion-fish", "completions/orloj.fish"),
    ("schema-json", "docs/orloj.schema.json"),
    ("schema-sql", "src/store/schema.sql"),
]


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
    """What the program prints, or None when it has no such page."""
    ran = subprocess.run([str(binary), "__generate", word], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, timeout=30, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
    if ran.returncode == USAGE_ERROR or (ran.returncode == 0 and not ran.stdout):
        return None
    if ran.returncode != 0:
        raise RuntimeError(f"'orloj __generate {word}' ended with {ran.returncode}: {ran.stderr.decode(errors='replace')}")
    return ran.stdout.decode("utf-8")


def check_generated(binary, checks):
    for word, name in GENERATED:
        path = ROOT / name
        try:
            made = generate(binary, word)
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            checks.report(name, str(error))
            continue
        if made is None:
            if path.exists():
                checks.report(name, f"the program does not generate it ('orloj __generate {word}')")
            continue
        if os.environ.get("ORLOJ_ACCEPT") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_text(made, encoding="utf-8")
        if not path.exists():
            checks.report(name, f"is missing; make it with: orloj __generate {word} > {name}")
            continue
        copy = path.read_text(encoding="utf-8")
        difference = list(difflib.unified_diff(copy.splitlines(), made.splitlines(), name, "generated", lineterm=""))
        trouble = "\n".join(difference[:40]) or ("differs in white space at its end" if copy != made else "")
        checks.report(name, trouble and f"{trouble}\nmake it anew with: ORLOJ_ACCEPT=1 python3 tests/docs/check.py")


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


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", default="build")
    binary = (pathlib.Path(arguments.parse_args().build) / "src" / "orloj").resolve()
    checks = Checks()
    check_generated(binary, checks)
    check_readme(checks)
    check_examples(checks)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
