#!/usr/bin/env python3
"""Runs the unit tests of a build through meson and counts doctest's test cases, not executables.

    python3 tests/unit/run.py --build build

An executable that ended without doctest's summary (a crash, a time-out) is one failure.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

SUMMARY = re.compile(r"^\[doctest\] test cases:\s*(\d+) \|\s*(\d+) passed \|\s*(\d+) failed", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--build", default="build")
    build = pathlib.Path(arguments.parse_args().build)

    log = build / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    ran = subprocess.run(["meson", "test", "-C", str(build), "--suite", "unit", "--no-rebuild", "--quiet"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not log.exists():
        print(ran.stdout)
        print("0 passed, 1 failed")
        return 1
    passed = failed = 0
    for line in log.read_text().splitlines():
        test = json.loads(line)
        output = COLOUR.sub("", test.get("stdout") or "")
        counts = SUMMARY.search(output)
        bad = test["result"] not in ("OK", "EXPECTEDFAIL")
        if counts:
            passed += int(counts.group(2))
            failed += int(counts.group(3))
            bad_without_a_case = bad and int(counts.group(3)) == 0
        else:
            bad_without_a_case = bad
        failed += bad_without_a_case
        if bad:
            print(f"-- {test['name']}: {test['result'].lower()} (exit code {test['returncode']})")
            print(output.strip())
            print((test.get("stderr") or "").strip())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
