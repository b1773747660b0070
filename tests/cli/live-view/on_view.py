"""on_view.py HOW COMMAND...: runs it on a terminal that can show a view, and prints what stays there when what is drawn in
place is taken out, and whether something was. HOW: `read`, or `unread`: nothing is read before the run has ended (what was
drawn before the terminal was full depends on the machine, and is not said)."""

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
import time

how, words = sys.argv[1], sys.argv[2:]
terminal, other_end = os.openpty()
fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
pid = os.fork()
if pid == 0:
    os.close(terminal)
    os.login_tty(other_end)
    os.execvpe(words[0], words, {**os.environ, "TERM": "xterm", "NO_COLOR": "1"})
end = time.monotonic() + 30
while how == "unread" and time.monotonic() < end:
    if b"Succeeded" in subprocess.run(["orloj", "get", "tasks"], capture_output=True, check=True).stdout:
        print("it has ended while nobody read")
        break
    time.sleep(0.05)
os.close(other_end)
shown = b""
try:
    while piece := os.read(terminal, 65536):
        shown += piece
except OSError:
    pass  # so ends a terminal
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
drawn = re.findall(rb"\x1b7(.+?)\x1b8", shown, re.DOTALL)
stays = re.sub(rb"\x1b7.*?\x1b8", b"", shown, flags=re.DOTALL)
stays = re.sub(rb"\x1b[78D]|\x1b\[\d*[AJK]|\r", b"", stays)
open("stays", "wb").write(stays)
print("unread" if how == "unread" else "drawn in place" if drawn else "nothing was drawn", f"[exit {code}]")
