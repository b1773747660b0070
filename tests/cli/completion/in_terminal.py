"""Types a line with a tabulator and a return into a real shell in a terminal; prints the words that the command got.

    python3 in_terminal.py SHELL TEXT       TEXT is what stands before the tabulator
"""
import os
import pty
import select
import sys
import time

SETUP = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             "PS1=; source <(command orloj completion bash); orloj() { printf '<%s>\\n' \"$@\" > got; }; bind 'set bell-style none'"),
    "zsh": (["zsh", "-f", "-i"],
            "PS1=; autoload -U compinit; compinit -u -D; source =(command orloj completion zsh); "
            "orloj() { printf '<%s>\\n' \"$@\" > got }"),
    "fish": (["fish", "--no-config", "-i"],
             "source (command orloj completion fish | psub); function orloj; printf '<%s>\\n' $argv > got; end"),
}

shell, typed = sys.argv[1:]
words, setup = SETUP[shell]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(words[0], words)


def wait_for(is_there):
    """Reads what the shell prints, so that it is not held up, until something is there; 10 s at most."""
    end = time.monotonic() + 10
    while not is_there() and time.monotonic() < end:
        if select.select([terminal], [], [], 0.02)[0]:
            try:
                said = os.read(terminal, 65536)
            except OSError:
                break
            if b"\x1b[c" in said:  # It asks what kind of terminal this is.
                os.write(terminal, b"\x1b[?62;c")
    return is_there()


def there(path):
    return lambda: os.path.exists(path) and os.path.getsize(path) > 0


os.write(terminal, f"{setup}; echo x > ready\r".encode())
if not wait_for(there("ready")):
    print("the shell does not get ready")
os.write(terminal, typed.encode() + b"\t")
os.write(terminal, b"\r")
wait_for(there("got"))
print(open("got").read() if os.path.exists("got") else "nothing was run", end="")
os.close(terminal)
os.waitpid(pid, 0)
for name in ("ready", "got"):
    if os.path.exists(name):
        os.unlink(name)
