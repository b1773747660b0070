#!/usr/bin/env python3
"""Holds the source against the picture of the rooms: who includes whom, and which foreign header stands where.

The table is read from src/README.md, so that the picture and the check cannot drift apart. A room may include
what its row names and everything those rooms may include themselves. Beside that: no file grows too long, no
folder has a name that says nothing, and no tracked file names a path of one person's machine.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SRC = ROOT / "src"

# Stands in for src/README.md until that file has its table; columns as there.
TABLE_UNTIL_README = """
| room | purpose | may include | foreign headers |
|---|---|---|---|
| base | - | std | fmt, sodium |
| schema | - | base | simdjson (one .cpp) |
| resource | - | schema | re2 |
| manifest | - | resource | yaml-cpp (one .cpp) |
| http | - | base | curl |
| provider | - | schema, http, base | - |
| credential | - | resource, http, base | - |
| vault | - | base | sodium |
| trace | - | schema | - |
| run | - | resource, provider, tool, http, trace | - |
| tool | - | resource, http, base | - |
| store | - | resource, trace | sqlite3 |
| cli | - | everything | CLI11 (one .cpp) |
"""

# How a library of the table looks in an #include.
LIBRARIES = {
    "fmt": r"fmt/.*",
    "sodium": r"sodium(\.h|/.*)",
    "simdjson": r"simdjson(\.h|/.*)",
    "yaml-cpp": r"yaml-cpp/.*",
    "curl": r"curl/.*",
    "re2": r"re2/.*",
    "sqlite3": r"sqlite3(ext)?\.h",
    "CLI11": r"CLI/.*",
    "doctest": r"doctest/.*",
}
MADE_BY_MESON = ("commit.hpp", "config.hpp")  # In the build folder, so without a room.
ONE_FILE_ONLY = ("simdjson", "yaml-cpp", "CLI11")

# Headers of the C++ library have no suffix; these belong to the operating system.
SYSTEM_HEADERS = re.compile(
    r"[a-z_0-9]+|(sys|net|netinet|arpa|linux|mach|mach-o)/[a-z_0-9/]+\.h|"
    r"(unistd|fcntl|poll|netdb|dirent|ifaddrs|langinfo|wchar|pwd|grp|signal|spawn|termios|dlfcn|errno|fnmatch|glob|libproc|limits|stdlib|string|time|link|elf|crt_externs)\.h")
FORBIDDEN_HEADERS = {
    "iostream": "its static initialisers cost every start; use base's text functions",
    "regex": "patterns that users write are matched with RE2",
    "format": "g++ 12 has none; use base::format",
}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "common", "helper", "helpers", "manager", "managers", "core", "misc"}
LONGEST_FILE = 600
# In pieces, so that this file does not contain what it looks for.
MACHINE_PATHS = re.compile("|".join(("/wor" + "k/", "/far" + "m/", "/tmp/bash" + "_jobs", r"\.libra" + "ry/")))

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def read_table(text):
    """{room: (set of rooms it names, set of libraries)} of the first table whose head starts with 'room'."""
    rows, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if not line.strip().startswith("|"):
            if inside:
                break
        elif cells[0].lower() == "room":
            inside = True
            if len(cells) != 4:
                raise SystemExit("layers: the table of rooms needs the columns room, purpose, may include, foreign headers")
        elif inside and not set(cells[0]) <= set("-: "):
            rows.append(cells)
    rooms = {row[0].rstrip("/") for row in rows}
    table = {}
    for name, _, may, foreign in rows:
        words = set(re.findall(r"[\w-]+", may))
        table[name.rstrip("/")] = (rooms if "everything" in words else words & rooms,
                                   {library for library in LIBRARIES if re.search(rf"(?<![\w-]){library}(?![\w-])", foreign)})
    return table


def reachable(table, room):
    seen, waiting = {room}, [room]
    while waiting:
        for other in table[waiting.pop()][0]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_includes(table, complain):
    users = {library: [] for library in LIBRARIES}
    for path in sorted(SRC.rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".h"):
            continue
        room = path.relative_to(SRC).parts[0] if path.parent != SRC else None
        if room is not None and room not in table:
            complain(path, 1, f"room '{room}' has no row in the table of rooms")
            continue
        # main.cpp stands above all rooms: it starts the command line and reports errors.
        allowed = reachable(table, room) if room else {"base", "cli"}
        text = path.read_text(encoding="utf-8")
        for found in INCLUDE.finditer(text):
            line = line_of(text, found.start())
            own, foreign = found.groups()
            if own is not None:
                check_own(own, room, allowed, table, lambda words: complain(path, line, words))
                continue
            library = next((name for name, pattern in LIBRARIES.items() if re.fullmatch(pattern, foreign)), None)
            if library:
                users[library].append(path)
                if room is None or library not in table[room][1]:
                    complain(path, line, f"<{foreign}>: room '{room or 'main'}' may not include {library}")
            elif foreign in FORBIDDEN_HEADERS:
                complain(path, line, f"<{foreign}>: {FORBIDDEN_HEADERS[foreign]}")
            elif not SYSTEM_HEADERS.fullmatch(foreign):
                complain(path, line, f"<{foreign}>: no room's foreign header and not known as the system's")
    for library in ONE_FILE_ONLY:
        if len(set(users[library])) > 1:
            names = ", ".join(sorted(str(path.relative_to(ROOT)) for path in set(users[library])))
            complain(users[library][1], 1, f"{library} belongs in one file only, and is included in {names}")
        for path in users[library]:
            if path.suffix != ".cpp":
                complain(path, 1, f"{library} is included in a header")


def check_own(own, room, allowed, table, complain):
    if own in MADE_BY_MESON:
        return
    target = own.split("/")[0]
    if "/" not in own or target not in table:
        complain(f'"{own}": an include names its room, as in "base/text.hpp"')
    elif target not in allowed:
        complain(f'"{own}": room \'{room or "main"}\' may not include \'{target}\'')
    elif not (SRC / own).exists():
        complain(f'"{own}": there is no such file')


def tracked_files():
    """What git has or would take; every file when there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if listed.returncode != 0:
        return [path for path in ROOT.rglob("*") if path.is_file() and "build" not in path.relative_to(ROOT).parts[0]]
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def check_files(complain):
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        relative = path.relative_to(ROOT)
        for found in MACHINE_PATHS.finditer(text):
            if relative.name != ".gitignore":
                complain(path, line_of(text, found.start()), f"'{found.group()}' is a path of one machine")
        lines = text.count("\n")
        if path.suffix in (".cpp", ".hpp", ".h", ".py", ".sh") and lines > LONGEST_FILE:
            complain(path, lines, f"{lines} lines; a file of more than {LONGEST_FILE} is split")
        if relative.parts[0] in ("src", "tests"):
            for part in list(relative.parts[:-1]) + [path.stem]:
                if part.lower() in NAMES_THAT_SAY_NOTHING:
                    complain(path, 1, f"the name '{part}' does not say what is in there")


def main():
    readme = SRC / "README.md"
    table = read_table(readme.read_text(encoding="utf-8")) if readme.exists() else {}
    if not table:
        table = read_table(TABLE_UNTIL_README)
    complaints = []

    def complain(path, line, words):
        complaints.append(f"{path.relative_to(ROOT)}:{line}: {words}")

    check_includes(table, complain)
    check_files(complain)
    print("".join(complaint + "\n" for complaint in complaints), end="")
    print(f"{0 if complaints else 1} passed, {1 if complaints else 0} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
