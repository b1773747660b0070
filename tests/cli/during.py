#!/usr/bin/env python3
"""during.py REQUESTS COUNT SIGNALS COMMAND...: starts a command, sends it the signals (INT, or INT,INT) as soon as
the server that writes the file REQUESTS has got COUNT requests more than before, and prints what it printed."""

import os
import pathlib
import signal
import subprocess
import sys
import time

TIME_LIMIT = 20
BETWEEN = 0.15  # seconds between two signals: as long as a hasty person takes


def count(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def main():
    path, more, names = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].split(",")
    before = count(path)
    process = subprocess.Popen(sys.argv[4:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    end = time.monotonic() + TIME_LIMIT
    while count(path) < before + more and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    for index, name in enumerate(names):
        time.sleep(BETWEEN if index else 0)
        process.send_signal(getattr(signal, "SIG" + name))
    try:
        out, _ = process.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
        out += b"(did not end)\n"
    sys.stdout.buffer.write(out)
    sys.stdout.flush()
    if process.returncode < 0:
        print(f"(ended by SIG{signal.Signals(-process.returncode).name.removeprefix('SIG')})")
    os._exit(process.returncode if process.returncode >= 0 else 128 - process.returncode)


main()
