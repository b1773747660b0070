#!/usr/bin/env python3
"""during.py REQUESTS COUNT SIGNALS COMMAND...: starts a command, sends it the signals (INT, or INT,INT) as soon as
the server that writes the file REQUESTS has got COUNT requests more than before, and prints what it printed. COUNT as
'COUNT:TEXT' waits for the command to have printed TEXT, too."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

TIME_LIMIT = 20
BETWEEN = 0.15  # seconds between two signals: as long as a hasty person takes


def count(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def main():
    path, names = pathlib.Path(sys.argv[1]), sys.argv[3].split(",")
    more, _, text = sys.argv[2].partition(":")
    more = int(more)
    before = count(path)
    process = subprocess.Popen(sys.argv[4:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    printed = bytearray()

    def read():
        while chunk := os.read(process.stdout.fileno(), 65536):
            printed.extend(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    end = time.monotonic() + TIME_LIMIT
    while (count(path) < before + more or text.encode() not in printed) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    for index, name in enumerate(names):
        time.sleep(BETWEEN if index else 0)
        process.send_signal(getattr(signal, "SIG" + name))
    reader.join(TIME_LIMIT)
    if reader.is_alive():
        process.kill()
        reader.join()
        printed += b"(did not end)\n"
    process.wait()
    sys.stdout.buffer.write(printed)
    sys.stdout.flush()
    if process.returncode < 0:
        print(f"(ended by SIG{signal.Signals(-process.returncode).name.removeprefix('SIG')})")
    os._exit(process.returncode if process.returncode >= 0 else 128 - process.returncode)


main()
