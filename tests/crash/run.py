#!/usr/bin/env python3
"""Kills orloj at random moments and looks whether anything is lost, doubled or half done.

    python3 tests/crash/run.py [--build build] [--kills 20] [--seed N]

Every trial ends a real process with SIGKILL at a moment drawn from the seed, which is printed: the same seed draws
the same moments. Of N kills, half hit runs (a pipeline and a fan-out against a loopback server), the others `apply`
of 200 resources and `create secret`. Nothing here knows orloj's tables; it reads the views that are promised.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # No caches in the source tree.
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cli"))
import servers  # noqa: E402

TIME_LIMIT = 30  # seconds, for any one command
ANSWER_MS = 6
KEY = "sk-test-crash-1234"
RESOURCES = 200
# The agents of each system; all of the first group are asked before one of the next.
SYSTEMS = {
    "pipeline": [["planner"], ["researcher"], ["writer"]],
    "fan-out": [["splitter"], ["left", "middle", "right"], ["joiner"]],
}


class Wrong(Exception):
    """What a trial found."""


def expect(holds, sentence):
    if not holds:
        raise Wrong(sentence)


def manifest(kind, name, spec):
    return json.dumps({"apiVersion": "orloj.dev/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}) + "\n"


def system_manifest(name, groups, port):
    graph = {agent: {"edges": [{"to": to} for to in following]}
             for group, following in zip(groups, groups[1:]) for agent in group}
    agents = [agent for group in groups for agent in group]
    out = [manifest("ModelEndpoint", "main", {"base_url": f"http://127.0.0.1:{port}/v1", "default_model": "gpt-4o",
                                              "allowPrivate": True, "auth": {"secretRef": "key"}})]
    out += [manifest("Agent", agent, {"model_ref": "main", "prompt": agent}) for agent in agents]
    out.append(manifest("AgentSystem", name, {"agents": agents, "graph": graph}))
    out.append(manifest("Task", "note", {"system": name, "input": {"topic": "tides"}}))
    return "---\n".join(out)


class Home:
    """A person's folders, and orloj run in them."""

    def __init__(self, binary, top):
        self.binary = binary
        self.top = top
        self.database = top / "orloj.db"
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(top), "ORLOJ_DB": str(self.database), "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def start(self, *words):
        return subprocess.Popen([str(self.binary), *words], cwd=self.top, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words):
        """Standard output of a command that has to succeed."""
        code, out, err = self.finish(self.start(*words))
        expect(code == 0, f"`orloj {' '.join(words)}` ended with {code}: {err.strip()}")
        return out

    @staticmethod
    def finish(process):
        try:
            out, err = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Wrong(f"did not end within {TIME_LIMIT} s: {err.strip()}") from None
        return process.returncode, out, err

    def kill_after(self, seconds, *words):
        """Runs a command and kills it. True when the kill came before its end."""
        process = self.start(*words)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        code, _, err = self.finish(process)
        expect(code in (0, -signal.SIGKILL), f"`orloj {' '.join(words)}` ended with {code}: {err.strip()}")
        return code != 0

    @contextlib.contextmanager
    def copy(self):
        """A connection to a copy: reading the file itself would repair what a crash left, before orloj sees it."""
        with tempfile.TemporaryDirectory(prefix="orloj-copy-") as folder:
            target = pathlib.Path(folder) / "copy.db"
            for suffix in ("", "-wal", "-journal"):
                source = pathlib.Path(str(self.database) + suffix)
                if source.exists():
                    shutil.copy(source, str(target) + suffix)
            connection = sqlite3.connect(target)
            try:
                yield connection
            finally:
                connection.close()

    def check_file(self):
        if not self.database.exists():
            return
        with self.copy() as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            expect(found == ["ok"], f"the database is damaged: {found}")
            found = connection.execute("PRAGMA foreign_key_check").fetchall()
            expect(found == [], f"rows without what they refer to: {found}")

    def journal(self):
        """The events of the one run as (seq, type, agent, step, payload)."""
        if not self.database.exists():
            return []
        with self.copy() as connection:
            if connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'run_event'").fetchone()[0] == 0:
                return []
            rows = connection.execute("SELECT seq, type, agent, step, payload FROM run_event ORDER BY run, seq").fetchall()
        return [(*row[:4], json.loads(row[4])) for row in rows]


class Provider:
    """The loopback server, and who asked it how often."""

    def __init__(self, top):
        self.path = top / "requests"
        settings = {"kind": "openai", "key": KEY, "replies": [{"delay_ms": ANSWER_MS}]}
        self.server = servers.Server("openai", settings, requests=self.path)
        self.server.start()
        self.port = self.server.port

    def forget(self):
        self.path.unlink(missing_ok=True)

    def asked(self):
        if not self.path.exists():
            return collections.Counter()
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return collections.Counter(json.loads(line)["body"]["messages"][0]["content"] for line in lines)


def answered(journal):
    return collections.Counter(agent for _, kind, agent, _, _ in journal if kind == "model_call")


def check_journal(journal):
    expect([row[0] for row in journal] == list(range(1, len(journal) + 1)), "the journal has a gap")
    asked = set()
    for seq, kind, agent, _, payload in journal:
        if kind == "model_request":
            asked.add(payload["call"])
        if kind == "model_call":
            expect(payload["call"] in asked, f"event {seq}: {agent} was answered without having asked")


class RunTrial:
    """One system, run to its end once undisturbed; then again and again with kills."""

    def __init__(self, binary, top, name):
        self.name = name
        self.agents = [agent for group in SYSTEMS[name] for agent in group]
        self.width = max(len(group) for group in SYSTEMS[name])
        self.binary = binary
        self.top = top
        self.template = Home(binary, top / f"{name}-whole")
        self.template.top.mkdir(mode=0o700)
        self.provider = Provider(self.template.top)
        (self.template.top / "all.yaml").write_text(system_manifest(name, SYSTEMS[name], self.provider.port), encoding="utf-8")
        self.template.run("create", "secret", "key", "--from-literal", f"value={KEY}")
        self.template.run("apply", "-q", "--no-run", "-f", "all.yaml")
        self.fresh = top / f"{name}-fresh"
        shutil.copytree(self.template.top, self.fresh)
        begun = time.monotonic()
        self.answer = self.template.run("run", "-q", "task/note")
        self.length = time.monotonic() - begun
        expect(self.provider.asked() == collections.Counter(self.agents), "the undisturbed run asked otherwise than planned")

    def trial(self, dice, kills):
        """A run that is killed up to `kills` times. Returns how many kills came in time."""
        home = Home(self.binary, self.top / "trial")
        shutil.copytree(self.fresh, home.top)
        self.provider.forget()
        landed = 0
        try:
            for number in range(kills):
                words = ("run" if number == 0 else "resume", "-q", "task/note")
                landed += home.kill_after(dice.uniform(0, self.length * 1.1), *words)
                self.between(home)
            before, asked = answered(home.journal()), self.provider.asked()
            out = home.run("resume", "-q", "task/note")
            self.after(home, out, landed, before, asked)
        finally:
            shutil.rmtree(home.top)
        return landed

    def between(self, home):
        home.check_file()
        check_journal(home.journal())
        for agent, times in answered(home.journal()).items():
            expect(times == 1, f"{agent} was answered {times} times")

    def after(self, home, out, landed, before, asked):
        self.between(home)
        expect(out == self.answer, f"the answer is another one: {out!r} instead of {self.answer!r}")
        journal = home.journal()
        expect(journal[-1][1] == "task_end", f"the journal ends with {journal[-1][1]}")
        expect(answered(journal) == collections.Counter(self.agents), f"answered: {dict(answered(journal))}")
        total = self.provider.asked()
        for agent in before:
            expect(total[agent] == asked[agent], f"{agent} was asked again although its answer was stored")
        allowed = len(self.agents) + landed * self.width
        expect(sum(total.values()) <= allowed, f"{sum(total.values())} requests, at most {allowed} were needed")
        again = home.run("resume", "-q", "task/note")
        expect(again == out and self.provider.asked() == total, "a finished run was run again")

    def stop(self):
        self.provider.server.stop()


class ApplyTrial:
    """200 resources, new or changed: all of them or none."""

    name = "apply"

    def __init__(self, binary, top):
        self.home = Home(binary, top / "apply")
        self.home.top.mkdir(mode=0o700)
        self.round = 0
        for _ in range(2):  # The first one also makes the database.
            begun = time.monotonic()
            self.home.run("apply", "-q", "-f", self.write())
            self.length = time.monotonic() - begun

    def write(self):
        self.round += 1
        # A new name each third round, so that creating is hit as well as changing.
        first = self.round // 3 * RESOURCES
        agents = [manifest("Agent", f"a{first + i}", {"model_ref": "main", "prompt": f"round {self.round}"}) for i in range(RESOURCES - 1)]
        agents.append(manifest("ModelEndpoint", "main", {"provider": "mock", "default_model": f"round-{self.round}"}))
        path = self.home.top / "all.yaml"
        path.write_text("---\n".join(agents), encoding="utf-8")
        return str(path)

    def of_this_round(self):
        with self.home.copy() as connection:
            return connection.execute("SELECT count(*) FROM resource_overview WHERE spec LIKE ? OR spec LIKE ?",
                                      (f'%round {self.round}"%', f'%round-{self.round}"%')).fetchone()[0]

    def trial(self, dice, kills):
        landed = 0
        for _ in range(kills):
            path = self.write()
            landed += self.home.kill_after(dice.uniform(0, self.length * 1.1), "apply", "-q", "-f", path)
            self.home.check_file()
            expect(self.of_this_round() in (0, RESOURCES), f"{self.of_this_round()} of {RESOURCES} resources were stored")
            self.home.run("apply", "-q", "-f", path)
            expect(self.of_this_round() == RESOURCES, f"{self.of_this_round()} of {RESOURCES} resources after applying again")
        return landed

    def stop(self):
        pass


class SecretTrial:
    """The first secret of a person: folders, key file, database and value come into being, or the command is repeated."""

    name = "create secret"

    def __init__(self, binary, top):
        self.binary = binary
        self.top = top
        self.length = 0.0
        begun = time.monotonic()
        self.trial_at(None)
        self.length = (time.monotonic() - begun) / 3  # Three commands.

    def trial_at(self, moment):
        home = Home(self.binary, self.top / "secret")
        home.top.mkdir(mode=0o700)
        words = ("create", "secret", "key")
        try:
            landed = moment is not None and home.kill_after(moment, *words, "--from-literal", "value=sk-first-1234")
            home.check_file()
            key = home.top / ".config/orloj/key"
            expect(not key.exists() or key.stat().st_mode & 0o777 == 0o600, "the key file can be read by others")
            home.run(*words, "--from-literal", "value=sk-first-1234")
            again = home.run(*words, "--from-literal", "value=sk-first-1234")
            expect(again == "unchanged secret/key\n", f"the value cannot be read back: {again!r}")
            left = [path.name for path in key.parent.iterdir() if path.name != "key"]
            expect(len(left) <= 1, f"left beside the key file: {left}")
            home.check_file()
        finally:
            shutil.rmtree(home.top)
        return bool(landed)

    def trial(self, dice, kills):
        return sum(self.trial_at(dice.uniform(0, self.length * 1.1)) for _ in range(kills))

    def stop(self):
        pass


def plan(kills):
    """How many kills each subject gets, and in which portions."""
    runs = [(name, 1 + number % 3) for number, name in zip(range(kills), ["pipeline", "fan-out"] * kills)]
    while sum(portion for _, portion in runs) > (kills + 1) // 2:
        name, portion = runs.pop()
        left = (kills + 1) // 2 - sum(p for _, p in runs)
        if left > 0:
            runs.append((name, min(left, portion)))
    rest = kills - sum(portion for _, portion in runs)
    return runs + [("apply", 1)] * (rest - rest // 2) + [("create secret", 1)] * (rest // 2)


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", default="build")
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=None)
    given = arguments.parse_args()
    binary = (pathlib.Path(given.build) / "src" / "orloj").resolve()
    if not binary.exists():
        print(f"there is no {binary}; build it first")
        print("0 passed, 1 failed")
        return 1
    seed = random.SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)

    passed = failed = 0
    landed = collections.Counter()
    subjects = {}
    with tempfile.TemporaryDirectory(prefix="orloj-crash-") as folder:
        top = pathlib.Path(folder)
        for number, (name, kills) in enumerate(plan(given.kills)):
            dice = random.Random(f"{seed} {number}")
            try:
                if name not in subjects:
                    make = {"apply": ApplyTrial, "create secret": SecretTrial}.get(name)
                    subjects[name] = make(binary, top) if make else RunTrial(binary, top, name)
                landed[name] += subjects[name].trial(dice, kills)
                passed += 1
            except (Wrong, sqlite3.Error) as wrong:
                failed += 1
                print(f"-- crash/{name}, trial {number} of seed {seed}, {kills} kills\n{wrong}", flush=True)
        for subject in subjects.values():
            subject.stop()
    print("kills that came before the end: " + ", ".join(f"{name} {count}" for name, count in landed.items()))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
