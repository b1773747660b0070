"""A terminal that a test can look at: one tmux server of its own, one window, typed into and captured."""

import os
import pathlib
import re
import shlex
import subprocess
import time

TIME_LIMIT = 20  # seconds that anything may take


class Late(Exception):
    pass


class Terminal:
    """A shell in a terminal of `columns` x `lines`, in `folder`, with exactly `environment`. The prompt is
    `[EXIT CODE NUMBER]$ `: how the last command ended, and how many there were."""

    def __init__(self, folder, environment, columns=80, lines=24):
        self.typed = 0
        self.socket = str(pathlib.Path(folder).parent / "tmux.socket")
        # The shell is bash without anybody's start files; the prompt says how the last command ended.
        shell = shlex.join(["env", "-i", *(f"{k}={v}" for k, v in environment.items()), r"PS1=[$? \#]$ ", "bash",
                            "--norc", "--noprofile", "--noediting", "-i"])
        self.tmux("-f", os.devnull, "new-session", "-d", "-x", str(columns), "-y", str(lines), "-c", str(folder), shell,
                  ";", "set-option", "-g", "status", "off", ";", "set-option", "-g", "window-size", "manual")
        self.wait_for_prompt(0)

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=True, timeout=TIME_LIMIT).stdout

    def type(self, command):
        """A command for the shell, and Enter."""
        self.typed += 1
        self.answer(command)

    def answer(self, line):
        """A line for what runs, and Enter."""
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")

    def press(self, *keys):
        """Keys by their names in tmux: C-c, Enter, q."""
        self.tmux("send-keys", *keys)

    def resize(self, columns, lines):
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def screen(self, *options):
        """What is on it, without empty lines at its end."""
        lines = self.tmux("capture-pane", "-p", *options).split("\n")
        return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"

    def wait_for(self, pattern, since=None, meanwhile=None, exact=False):
        """Returns the screen as soon as `pattern` is found in it; of a screen other than `since`, where it is given. Lines
        that the terminal wrapped are one, since where they wrap depends on a port, unless they are to be `exact`. `meanwhile` is
        called between looks."""
        end = time.monotonic() + TIME_LIMIT
        while True:
            # The cursor's line keeps its trailing blank, so that a prompt can be told from text.
            joined = [] if exact else ["-J"]
            raw = self.tmux("capture-pane", "-p", *joined).rstrip("\n ")
            seen = self.screen(*joined)
            if re.search(pattern, raw + " ", re.MULTILINE) and seen != since:
                return seen
            if time.monotonic() > end:
                raise Late(f"'{pattern}' did not come; the screen was:\n{seen}")
            if meanwhile is not None:
                meanwhile()
            time.sleep(0.02)

    def wait_for_prompt(self, exit_code):
        """The next prompt after a command, which says that it ended with `exit_code`."""
        return self.wait_for(rf"^\[{exit_code} {self.typed + 1}\]\$ *\Z")

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, timeout=TIME_LIMIT)
