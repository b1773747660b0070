"""on_terminal.py ANSWERS COMMAND...: runs the command on a terminal of its own; each time it asks, types the next of the
answers, which stand with | between them (^C is that key). Prints what was shown."""
import os
import pty
import sys
import time

answers = [word.encode() for word in sys.argv[1].split("|")]
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
    if answers and shown.endswith((b": ", b"] ")):
        time.sleep(0.1)  # A person types when the question stands there.
        answer = answers.pop(0)
        os.write(terminal, answer.replace(b"^C", b"\x03") if b"^C" in answer else answer + b"\n")
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(shown.replace(b"\r\n", b"\n").replace(b"\x1b", b"<ESC>").decode(), end="")
sys.exit(status if status >= 0 else 128 - status)
