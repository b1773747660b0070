"""on_terminal.py ANSWERS COMMAND...: runs the command on a terminal of its own; each time it asks, types the next of the
answers, which stand with | between them (^C is that key). Prints what was shown, with ESC as <ESC>."""

import sys
import time

sys.dont_write_bytecode = True
import pseudo_terminal  # noqa: E402

answers = sys.argv[1].split("|")


def answer(shown):
    if not answers or not shown.endswith((b": ", b"] ")):
        return None
    time.sleep(0.1)  # A person types when the question stands there.
    typed = answers.pop(0)
    return typed.encode().replace(b"^C", b"\x03") if "^C" in typed else typed.encode() + b"\n"


code, shown = pseudo_terminal.run(sys.argv[2:], answer=answer)
print(shown.replace(b"\r\n", b"\n").replace(b"\x1b", b"<ESC>").decode(), end="")
sys.exit(code)
