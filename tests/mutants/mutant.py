"""What a row of the list of mutants says: a name, the promise in one sentence, the file, the text that stands in it
exactly once, what takes its place, and the killer. See README.md beside this file; the rows are in mutants_of_runs.py
and mutants_of_the_rest.py.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Killer:
    suite: str  # "unit" or "cli"
    room: str   # whose executable, for unit
    name: str   # the test case as it is written, or the folder of the transcript

    def __str__(self):
        return f"unit/{self.room}: {self.name}" if self.suite == "unit" else f"cli/{self.name}"


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    promise: str
    file: str
    old: str
    new: str
    killer: Killer


def unit(room, name):
    return Killer("unit", room, name)


def cli(name):
    return Killer("cli", "", name)
