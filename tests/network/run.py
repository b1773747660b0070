#!/usr/bin/env python3
"""Which addresses the built orloj connects to, watched with strace in a network namespace of its own, where nothing
can leave: its only interface is a loopback that also has a public and a private address.

    python3 tests/network/run.py [--build build] [NAME...]    cases whose name contains one of NAME; all without

Needs Linux, unshare (util-linux), strace and openssl, and root or user namespaces. What is missing is a failure; with
--allow-skip it is said, and nothing counts as passed.
"""

import argparse
import concurrent.futures
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # No caches in the source tree.
import aws  # noqa: E402
import cases  # noqa: E402
import spellings  # noqa: E402

REPO = pathlib.Path(__file__).resolve().parent.parent.parent
ENTER = ["unshare", "--net", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
SIOCSIFFLAGS, SIOCSIFADDR = 0x8914, 0x8916
UP_AND_RUNNING = 0x41


def missing():
    """Why the namespace cannot be had, or ''."""
    for tool in ("unshare", "strace", "openssl"):
        if shutil.which(tool) is None:
            return f"there is no '{tool}'"
    for command in (["true"], ["strace", "-qq", "-o", os.devnull, "true"]):
        tried = subprocess.run(ENTER + command, capture_output=True, text=True)
        if tried.returncode != 0:
            return f"{' '.join(ENTER + command)}: {tried.stderr.strip()}"
    return ""


def bring_up(interface, address=None):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = interface.encode()
        if address:
            where = struct.pack("<16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, SIOCSIFADDR, where)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("<16sH14x", name, UP_AND_RUNNING))


def settle():
    """Furnishes the namespace: addresses, names, and no name server."""
    bring_up("lo")
    bring_up("lo:1", cases.PUBLIC)
    bring_up("lo:2", cases.INSIDE)
    bring_up("lo:3", aws.MACHINE)
    bring_up("lo:4", aws.CONTAINER)
    for path, text in (("/etc/hosts", spellings.HOSTS), ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions attempts:1\n")):
        with tempfile.NamedTemporaryFile("w", prefix="orloj-network-", delete=False) as file:
            file.write(text)
        os.chmod(file.name, 0o644)
        subprocess.run(["mount", "--bind", file.name, os.path.realpath(path)], check=True)
        os.unlink(file.name)


def outcome_of(case):
    name, run = case
    try:
        return name, run()
    except Exception as error:  # The other cases still count.
        return name, f"{type(error).__name__}: {error}"


def run_all(binary, words):
    together, alone = ([case for case in some if not words or any(word in case[0] for word in words)]
                       for some in cases.cases(binary))
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        outcomes = list(pool.map(outcome_of, together))
    outcomes += map(outcome_of, alone)
    failures = [(name, problem) for name, problem in outcomes if problem]
    for name, problem in failures:
        print(f"FAILED {name}: " + " | ".join(str(problem).splitlines()))
    return len(outcomes) - len(failures), len(failures)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--allow-skip", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    binary = REPO / options.build / "src" / "orloj"  # An absolute --build stands for itself.
    problem = "" if options.inside else missing()
    if not problem and not binary.exists():
        problem, options.allow_skip = f"there is no {binary}", False
    if problem:
        print(f"network: {'skipped' if options.allow_skip else 'cannot run'}: {problem}")
        print(f"0 passed, {0 if options.allow_skip else 1} failed")
        return 0 if options.allow_skip else 1
    if not options.inside:
        return subprocess.run(ENTER + [sys.executable, __file__, "--inside", *sys.argv[1:]]).returncode
    settle()
    passed, failed = run_all(binary, options.names)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
