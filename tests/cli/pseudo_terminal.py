"""Runs a command on a terminal of its own."""

import fcntl
import os
import select
import struct
import termios

QUIET = 0.05  # seconds without output after which a command that has ended has nothing more to show


def run(words, columns=80, environment=None, answer=None):
    """The exit code (128 + the signal that ended it) and the bytes shown. `answer(shown)` says what is typed: bytes, or
    None for not now."""
    terminal, other_end = os.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    pid = os.fork()
    if pid == 0:
        os.close(terminal)
        os.login_tty(other_end) if hasattr(os, "login_tty") else make_controlling(other_end)
        os.execvpe(words[0], words, {**os.environ, **(environment or {})})
    # It stays open here: what was written last may be lost when the last one closes it.
    shown, status = b"", None
    while True:
        if select.select([terminal], [], [], QUIET)[0]:
            shown += os.read(terminal, 65536)
            typed = answer(shown) if answer else None
            if typed:
                os.write(terminal, typed)
        elif status is not None:
            break
        else:
            ended, status_now = os.waitpid(pid, os.WNOHANG)
            status = status_now if ended else None
    os.close(terminal)
    os.close(other_end)
    code = os.waitstatus_to_exitcode(status)
    return (code if code >= 0 else 128 - code), shown


def make_controlling(fd):
    os.setsid()
    fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
    for standard in (0, 1, 2):
        os.dup2(fd, standard)
