#!/usr/bin/env python3
"""Prints the requests a loopback server recorded, in a form that is the same for equal requests."""

import json
import pathlib
import re
import sys

SHOWN_HEADERS = ("authorization", "x-api-key", "api-key", "anthropic-version", "content-type", "accept")


def steady(value):
    """An AWS signature depends on the time: its day and what it is are left out."""
    return re.sub(r"/\d{8}/(.*), Signature=[0-9a-f]{64}$", r"/<day>/\1, Signature=...", value)


def main():
    path = pathlib.Path(sys.argv[1])
    if not path.exists():
        print("(no requests)")
        return
    shown = []
    for line in path.read_text(encoding="utf-8").splitlines():
        request = json.loads(line)
        lines = [f"{request['method']} {request['path']}"]
        lines += [f"  {name}: {steady(request['headers'][name])}" for name in SHOWN_HEADERS if name in request["headers"]]
        if request["body"] != "":
            lines.append("  " + json.dumps(request["body"], ensure_ascii=False, sort_keys=True))
        shown.append("\n".join(lines))
    if "--sort" in sys.argv[2:]:
        shown.sort()
    print("\n".join(shown))


main()
