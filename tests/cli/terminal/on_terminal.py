"""on_terminal.py TYPED COMMAND...: runs the command on a terminal of its own, types the text, prints what was shown."""
import os
import pty
import select
import sys

typed = sys.argv[1].encode().decode("unicode_escape").encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
while True:
    ready, _, _ = select.select([terminal], [], [], 0.3)
    if not ready and typed:  # It waits: a person would type now.
        line, typed = typed.partition(b"\n")[0] + b"\n", typed.partition(b"\n")[2]
        os.write(terminal, line)
        continue
    try:
        part = os.read(terminal, 65536) if ready else None
    except OSError:  # The other end was closed.
        break
    if part == b"":
        break
    shown += part or b""
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(shown.replace(b"\r\n", b"\n").replace(b"\x1b", b"<ESC>").decode(), end="")
sys.exit(status if status >= 0 else 128 - status)
