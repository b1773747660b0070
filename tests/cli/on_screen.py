"""on_screen.py COLUMNS COMMAND...: runs the command on a terminal that wide, prints what was shown, and says which lines
would not fit. ESC is shown as <ESC>."""
import fcntl
import os
import pty
import re
import struct
import sys
import termios
import unicodedata

columns = int(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.environ["TERM"] = "xterm"
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # The other end was closed.
        break
    if part == b"":
        break
    shown += part
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
text = shown.replace(b"\r\n", b"\n").decode()
for line in text.splitlines():
    plain = re.sub("\x1b\\[[0-9;]*m", "", line)
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in plain)
    if width > columns and not plain.startswith(("hint:", "error:", "no ", "  20")):
        print(f"!! {width} columns: {plain!r}")
print(text.replace("\x1b", "<ESC>"), end="")
sys.exit(status if status >= 0 else 128 - status)
