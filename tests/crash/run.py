#!/usr/bin/env python3
"""Kills orloj at random moments and looks whether anything is lost, doubled or half done.

    python3 tests/crash/run.py [--build build] [--kills 20] [--seed N] [--only graph]

Every trial ends a real process with SIGKILL at a moment drawn from the seed, which is printed: the same seed draws
the same moments. Of N kills, half hit a run (a graph of twelve agents against a loopback server), the others `apply`
of 200 resources, `create secret` and `secret rotate-key`; with --only all hit one of them. Nothing here knows orloj's tables; it reads the
views that are promised.
"""

import argparse
import collections
import pathlib
import random
import shutil
import sqlite3
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # No caches in the source tree.
from graph import GraphTrial  # noqa: E402
from home import Home, Wrong, expect, manifest  # noqa: E402

RESOURCES = 200


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


class RotationTrial:
    """A new key for all values: each opens at any moment, the key file is whole, and the command can be repeated."""

    name = "rotate-key"
    secrets = 3

    def __init__(self, binary, top):
        self.home = Home(binary, top / "rotation")
        self.home.top.mkdir(mode=0o700)
        for number in range(self.secrets):
            self.home.run(*self.words(number))
        begun = time.monotonic()
        self.home.run("secret", "rotate-key")
        self.length = time.monotonic() - begun

    @staticmethod
    def words(number):
        return "create", "secret", f"key{number}", "--from-literal", f"value=sk-of-number-{number}"

    def check_values(self):
        for number in range(self.secrets):
            said = self.home.run(*self.words(number))
            expect(said == f"unchanged secret/key{number}\n", f"the value cannot be read back: {said!r}")

    def trial(self, dice, kills):
        landed = 0
        for _ in range(kills):
            landed += self.home.kill_after(dice.uniform(0, self.length * 1.1), "secret", "rotate-key")
            self.home.check_file()
            key = self.home.top / ".config/orloj/key"
            expect(key.stat().st_mode & 0o777 == 0o600, "the key file can be read by others")
            self.check_values()
            self.home.run("secret", "rotate-key", "--current")
            self.check_values()
        return landed

    def stop(self):
        pass


TRIALS = {trial.name: trial for trial in (GraphTrial, ApplyTrial, SecretTrial, RotationTrial)}


def plan(kills, only):
    """How many kills each subject gets, and in which portions; a run is killed up to four times."""
    shares = {"apply": kills // 4, "create secret": kills // 8, "rotate-key": kills // 8}
    shares = {"graph": kills - sum(shares.values()), **shares}
    if only:
        shares = {only: kills}
    out = []
    for name, left in shares.items():
        while left > 0:
            portion = min(left, 1 + len(out) % 4 if name == "graph" else 1)
            out.append((name, portion))
            left -= portion
    return out


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", default="build")
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--only", choices=TRIALS)
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
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="orloj-crash-") as folder:
        top = pathlib.Path(folder)
        for number, (name, kills) in enumerate(plan(given.kills, given.only)):
            dice = random.Random(f"{seed} {number}")
            try:
                if name not in subjects:
                    subjects[name] = None
                    subjects[name] = TRIALS[name](binary, top)
                if subjects[name] is None:
                    raise Wrong("its first, undisturbed run failed")
                landed[name] += subjects[name].trial(dice, kills)
                passed += 1
            except (Wrong, sqlite3.Error) as wrong:
                failed += 1
                print(f"-- crash/{name}, trial {number} of seed {seed}, {kills} kills\n{wrong}", flush=True)
        for subject in filter(None, subjects.values()):
            subject.stop()
    print("kills that came before the end: " + ", ".join(f"{name} {count}" for name, count in landed.items())
          + f"; {time.monotonic() - begun:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
