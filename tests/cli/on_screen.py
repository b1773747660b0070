"""on_screen.py COLUMNS COMMAND...: runs the command on a terminal that wide, prints what was shown, and says which lines
would not fit. ESC is shown as <ESC>."""
import re
import sys
import unicodedata

sys.dont_write_bytecode = True
import pseudo_terminal  # noqa: E402

columns = int(sys.argv[1])
code, shown = pseudo_terminal.run(sys.argv[2:], columns, {"TERM": "xterm"})
text = shown.replace(b"\r\n", b"\n").decode()
for line in text.splitlines():
    plain = re.sub("\x1b\\[[0-9;]*m", "", line)
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in plain)
    if width > columns and not plain.startswith(("hint:", "error:", "no ", "  20")):
        print(f"!! {width} columns: {plain!r}")
print(text.replace("\x1b", "<ESC>"), end="")
sys.exit(code)
