"""Waits until a file has a line, at most ten seconds."""

import pathlib
import sys
import time

path = pathlib.Path(sys.argv[1])
end = time.monotonic() + 10
while time.monotonic() < end and not (path.exists() and path.read_bytes().endswith(b"\n")):
    time.sleep(0.02)
