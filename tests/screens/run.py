#!/usr/bin/env python3
"""What a person sees: orloj in a real terminal (tmux), typed into and looked at. Each case captures screens; together
they have to be what golden/NAME.txt holds.

    python3 tests/screens/run.py [--build build] [NAME...]     cases whose name contains one of NAME; all without
    ORLOJ_ACCEPT=1 python3 tests/screens/run.py [NAME...]      writes the screens as the new golden files

Nothing waits for a time: a case goes on when the screen shows what it waits for, and servers go on when a case says so.
Needs tmux; without it, that is one failure.
"""

import argparse
import difflib
import os
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # No caches in the source tree.
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cli"))
import run as cli_cases  # noqa: E402
from cases import CASES  # noqa: E402
from held_server import HeldServer  # noqa: E402
from tmux import Late, Terminal  # noqa: E402


class Stage:
    """What a case works with: a folder, a terminal, servers that wait; and the screens it captured."""

    def __init__(self, binary):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="orloj-screens-")).resolve()
        for name in ("work", "home", "home/.run", "bin", "tmp"):
            (self.top / name).mkdir(mode=0o700)
        (self.top / "bin" / "orloj").symlink_to(binary)
        self.folder = self.top / "work"
        self.servers, self.terminals, self.screens = {}, [], []

    def serve(self, name, **settings):
        self.servers[name] = HeldServer(**settings)
        return self.servers[name]

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def terminal(self, columns=80, lines=24, **variables):
        environment = {k: v for k, v in cli_cases.environment(self.top, {}).items() if k not in ("CASE_TOP", "REPO")}
        place = self.top / f"terminal-{len(self.terminals)}"
        place.mkdir()
        (place / "work").symlink_to(self.folder)
        opened = Terminal(place / "work", {**environment, "TERM": "screen-256color", **variables}, columns, lines)
        self.terminals.append(opened)
        return opened

    def capture(self, title, screen):
        self.screens.append(f"=== {title}\n{screen}")

    def text(self):
        ports = {name: server.port for name, server in self.servers.items()}
        text = cli_cases.normalise("".join(self.screens), self.top, ports)
        text = re.sub(r"(orloj-edit-[a-z-]+-)\w{6}\b", r"\1XXXXXX", text)
        return re.sub(r"(?<![\d.])\d{1,2}s\b", "<s>", text)  # of what is drawn: it takes a second or two

    def close(self):
        for terminal in self.terminals:
            terminal.close()
        for server in self.servers.values():
            server.close()
        shutil.rmtree(self.top, ignore_errors=True)


def run(case, binary):
    """What is wrong with the case, as text; '' when nothing is."""
    stage = Stage(binary)
    try:
        case(stage)
        shown = stage.text()
    except Late as late:
        return stage.text() + str(late)
    finally:
        stage.close()
    golden = HERE / "golden" / f"{case.__name__}.txt"
    if os.environ.get("ORLOJ_ACCEPT") == "1":
        golden.write_text(shown, encoding="utf-8")
    expected = golden.read_text(encoding="utf-8") if golden.exists() else ""
    return "".join(difflib.unified_diff(expected.splitlines(True), shown.splitlines(True), golden.name, "shown"))


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", default="build")
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()
    binary = (pathlib.Path(given.build) / "src" / "orloj").resolve()
    if shutil.which("tmux") is None or not binary.exists():
        print(f"there is no {'tmux' if binary.exists() else binary}")
        print("0 passed, 1 failed")
        return 1
    passed = failed = 0
    for case in CASES:
        if given.names and not any(name in case.__name__ for name in given.names):
            continue
        wrong = run(case, binary)
        if wrong:
            failed += 1
            print(f"-- screens/{case.__name__}\n{wrong}", flush=True)
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
