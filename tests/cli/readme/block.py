"""A block of the README: block.py WORD prints the first one in which WORD stands, without the remarks behind commands."""
import os
import pathlib
import re
import sys

text = pathlib.Path(os.environ["REPO"], "README.md").read_text(encoding="utf-8")
blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
found = next(block for block in blocks if sys.argv[1] in block)
print(re.sub(r"(?m)^(orloj .*?) +#.*$", r"\1", found), end="")
