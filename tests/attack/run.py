#!/usr/bin/env python3
"""Attacks on what is secret, and faults of what orloj stands on: each ends in a clear error and an intact file.

    python3 tests/attack/run.py [--build build] [NAME...]     those whose name contains one of the words; all without

README.md beside this file says which attack each test makes, what comes of it, and where others are tested. Loopback
only, bounded in time. Parts that need another user, strace or gdb say so when they are left out.
"""

import argparse
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # No caches in the source tree.
import faults  # noqa: E402
import hostile  # noqa: E402
import leaks  # noqa: E402
import planted  # noqa: E402
import processes  # noqa: E402
import sealed  # noqa: E402
from person import RESULTS, check  # noqa: E402

MODULES = [leaks, sealed, processes, planted, hostile, faults]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--keep", metavar="FOLDER", help="leave what was written in this new folder")
    parser.add_argument("names", nargs="*", metavar="NAME")
    given = parser.parse_args()
    binary = (pathlib.Path(given.build) / "src" / "orloj").resolve()
    with tempfile.TemporaryDirectory(prefix="orloj-attack-") as folder:
        top = pathlib.Path(given.keep or folder)
        for module in MODULES:
            for test in module.TESTS:
                name = f"{module.__name__}/{test.__name__}"
                if given.names and not any(word in name for word in given.names):
                    continue
                begun = time.monotonic()
                try:
                    test(binary, top)
                except (AssertionError, OSError, ValueError) as error:
                    check(name, False, repr(error))
                print(f"{name}: {time.monotonic() - begun:.1f} s", flush=True)
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
