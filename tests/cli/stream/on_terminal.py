"""on_terminal.py TYPED COMMAND...: runs the command on a terminal of its own, types the text, prints what was shown."""
import os
import pty
import sys
import time

typed = sys.argv[1].encode().decode("unicode_escape").encode()
pid, terminal = pty.fork()
if pid == 0:
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
    if typed and shown.endswith((b": ", b"] ")):  # It asks: a person would type now, not faster.
        time.sleep(0.2)
        os.write(terminal, typed)
        typed = b""
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(shown.replace(b"\r\n", b"\n").replace(b"\x1b", b"<ESC>").decode(), end="")
sys.exit(status if status >= 0 else 128 - status)
