#!/usr/bin/env python3
"""Breaks orloj on purpose, one promise at a time, and sees that the test named for it fails. See README.md.

    python3 tests/mutants/run.py                     all of them, in a copy of the tree: the build and ten minutes
    python3 tests/mutants/run.py NAME...             those whose name contains one of NAME
    python3 tests/mutants/run.py --check             quick: each text to replace stands there once, each killer exists
    python3 tests/mutants/run.py --list              what there is

A line a mutant: killed, SURVIVED (its test is not good enough) or BROKEN (it does not build, or its test fails without
it, too). The last line is 'N passed, N failed'.
"""

import argparse
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # No caches in the source tree.
import mutants_of_runs  # noqa: E402
import mutants_of_the_rest  # noqa: E402

MUTANTS = mutants_of_runs.ROWS + mutants_of_the_rest.ROWS

REPO = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD_SECONDS = 3600  # the first build of the copy, without a compiler cache
KILLER_SECONDS = 120
KILLER_BYTES = 1 << 30  # a mutant may never come to an end

CASE = re.compile(r'TEST_CASE(?:_FIXTURE\(\s*\w+\s*,|\()\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def cases_of(room):
    """The test cases of a room as they are written, repeated where a name is."""
    out = []
    for path in sorted((REPO / "tests" / "unit" / room).glob("*.cpp")):
        for match in CASE.finditer(path.read_text()):
            out.append("".join(LITERAL.findall(match.group(1))).replace('\\"', '"'))
    return out


def complaints():
    """What is wrong with the list, found without building anything."""
    rooms = {}
    out = []
    names = [mutant.name for mutant in MUTANTS]
    for mutant in MUTANTS:
        if names.count(mutant.name) != 1:
            out.append(f"{mutant.name}: there are two of that name")
        path = REPO / mutant.file
        found = path.read_text().count(mutant.old) if path.exists() else None
        if found is None:
            out.append(f"{mutant.name}: there is no {mutant.file}")
        elif found != 1:
            out.append(f"{mutant.name}: what it replaces stands {found} times in {mutant.file}, not once")
        if mutant.old == mutant.new:
            out.append(f"{mutant.name}: it changes nothing")
        killer = mutant.killer
        if killer.suite == "cli":
            if not (REPO / "tests" / "cli" / killer.name / "cmd").exists():
                out.append(f"{mutant.name}: there is no transcript {killer}")
            continue
        if killer.room not in rooms:
            rooms[killer.room] = cases_of(killer.room)
        if rooms[killer.room].count(killer.name) != 1:
            out.append(f"{mutant.name}: there is no test case {killer}, or more than one")
    return out


def copy_tree(tree):
    """Makes `tree` a copy of what is tracked here, as it stands. Only what differs is written, so that only that is
    built again."""
    listed = subprocess.run(["git", "-C", REPO, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    wanted = {name for name in listed.split("\0") if name and (REPO / name).exists()}
    for name in wanted:
        source, target = REPO / name, tree / name
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for folder in ("src", "tests"):
        for path in (tree / folder).rglob("*"):
            if path.is_file() and str(path.relative_to(tree)) not in wanted and "__pycache__" not in path.parts:
                path.unlink()
    for library in (REPO / "subprojects").iterdir():  # fetched by an earlier build; not tracked
        if library.is_dir() and not (tree / "subprojects" / library.name).exists():
            shutil.copytree(library, tree / "subprojects" / library.name)


def run(words, folder, seconds, limited=False):
    """(exit code, output); the code is None when it did not end in time. Nothing it started stays."""
    def bound():
        if limited:
            resource.setrlimit(resource.RLIMIT_AS, (KILLER_BYTES, KILLER_BYTES))

    child = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
                             preexec_fn=bound, env={**os.environ, "CCACHE_NOHASHDIR": "1"})
    try:
        said, _ = child.communicate(timeout=seconds)
        return child.returncode, said
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        said, _ = child.communicate()
        return None, said


class Copy:
    def __init__(self, tree, jobs):
        self.tree = tree
        self.build = tree / "build"
        self.jobs = jobs

    def set_up(self):
        copy_tree(self.tree)
        if (self.build / "build.ninja").exists():
            return ""
        code, said = run(["meson", "setup", "build"], self.tree, BUILD_SECONDS)
        return "" if code == 0 else said

    def make(self, targets):
        code, said = run(["ninja", "-C", str(self.build), f"-j{self.jobs}", *targets], self.tree, BUILD_SECONDS)
        return "" if code == 0 else said

    @staticmethod
    def target(killer):
        return "src/orloj" if killer.suite == "cli" else f"tests/unit/{killer.room}/unit-{killer.room}"

    def passes(self, killer):
        """Whether the killer passes, and what it said. A case that was not run has not passed."""
        if killer.suite == "cli":
            code, said = run([sys.executable, "tests/cli/run.py", "--build", str(self.build), killer.name], self.tree,
                             KILLER_SECONDS)
            return code == 0, said
        pattern = re.sub(r'[,\\"]', "?", killer.name)  # what doctest would read as its own
        code, said = run([str(self.build / self.target(killer)), "--no-colors", f"--test-case={pattern}"], self.build,
                         KILLER_SECONDS, limited=True)
        return code == 0 and re.search(r"test cases: +[1-9]\d* \|", said) is not None, said

    def try_mutant(self, mutant):
        """(word for the outcome, what a person may want to read)."""
        path = self.tree / mutant.file
        whole = path.read_text()
        if whole.count(mutant.old) != 1:
            return "BROKEN", f"what it replaces stands {whole.count(mutant.old)} times in {mutant.file}, not once"
        path.write_text(whole.replace(mutant.old, mutant.new))
        try:
            said = self.make([self.target(mutant.killer)])
            if said:
                return "BROKEN", "it does not build:\n" + said
            passed, said = self.passes(mutant.killer)
            return ("SURVIVED", f"{mutant.killer} passes although: {mutant.promise}") if passed else ("killed", said)
        finally:
            path.write_text(whole)


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--tree", type=pathlib.Path, default=REPO / "build-mutants" / "tree",
                           help="where the copy is made; kept, so that the next time is quicker")
    arguments.add_argument("--show", action="store_true", help="print what each killer said")
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()

    wrong = complaints()
    if given.check or wrong:
        print("".join(line + "\n" for line in wrong) + f"{len(MUTANTS) - len(wrong)} passed, {len(wrong)} failed")
        return 1 if wrong else 0
    chosen = [m for m in MUTANTS if not given.names or any(name in m.name for name in given.names)]
    if given.list:
        for mutant in chosen:
            print(f"{mutant.name}: {mutant.promise}\n    {mutant.file}; {mutant.killer}")
        return 0

    copy = Copy(given.tree.resolve(), given.jobs)
    killers = list(dict.fromkeys(mutant.killer for mutant in chosen))
    said = copy.set_up() or copy.make(sorted({copy.target(killer) for killer in killers}))
    if said:
        print(f"{said}\nthe tree does not build without mutants, either\n0 passed, {len(chosen)} failed")
        return 1
    unfit = {killer: said for killer in killers for passed, said in [copy.passes(killer)] if not passed}

    failed = 0
    for mutant in chosen:
        begun = time.monotonic()
        word, said = ("BROKEN", f"{mutant.killer} fails without it, too:\n{unfit[mutant.killer]}") \
            if mutant.killer in unfit else copy.try_mutant(mutant)
        print(f"{word:<9} {mutant.name:<34} {time.monotonic() - begun:5.1f} s  {mutant.killer}", flush=True)
        failed += word != "killed"
        if word != "killed" or given.show:
            print(said.strip(), flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
