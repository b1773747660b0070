#!/usr/bin/env python3
"""Runs the built orloj against golden transcripts: one folder a case, see README.md beside this file.

    python3 tests/cli/run.py [--build build] [NAME...]     cases whose name contains one of NAME; all without
    ORLOJ_ACCEPT=1 python3 tests/cli/run.py [NAME...]      writes what was printed as the new golden files

A case sees nothing of the person who runs it: its own folder, home, environment and loopback servers.
"""

import argparse
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # No caches in the source tree.
import servers  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parent.parent
TIME_LIMIT = 60
OWN_FILES = ("cmd", "stdout", "stderr", "exit", "transcript", "servers.json")
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

VERSION = re.search(r"version: '([^']+)'", (REPO / "meson.build").read_text()).group(1)

# What differs from run to run, and the word that stands for it. In this order.
CHANGING = [(re.compile(pattern), word) for pattern, word in (
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", "<time>"),
    (r"\b\d\d:\d\d:\d\d(\.\d+)?\b", "<time>"),
    (r"\b\d{8}-\d{6}-[0-9a-f]{4}\b", "<stamp>"),
    (r"\b\d{8}T\d{6}Z\b", "<time>"),
    (r"\b[0-9a-f]{64}\b", "<sha256>"),
    (r"'[0-9a-f]{16}'", "'<key id>'"),
    (r"\b(pid|process) \d+\b", r"\1 <pid>"),
    (r'("pid": ?)\d+', r"\1<pid>"),
    (r'("\w+_ms": ?)\d+(\.\d+)?', r"\1<ms>"),
    (r"\b\d+(\.\d+)? ?(ms|us|µs)\b", "<ms>"),
    (r"\b\d+\.\d+ ?s\b", "<ms>"),
    # The bars of `trace`: how long they are differs.
    (r"▕[^▏\n]*▏", "▕<bars>▏"),
    # The column MS of `trace`, between tokens and URL.
    (r"(?m)( ~?\d+/\d+| -) +\d+ +(?=(-|https?://\S+)$)", r"\1  <ms>  "),
    (r"\bMS +URL\b", "MS  URL"),
    # The width of a table's column follows its values.
    (r"(?<=\S)  +<ms>", "  <ms>"),
    (r"<ms>  +(?=\S)", "<ms>  "),
    (r"\b\d+[smhd] ago\b", "<ago>"),
    (r"(?<=\S)(  +)\d{1,2}s(?=  |$)", r"\1<age>"),
    (r"(?m)^(\S.*\S  +\S.*?)(  +)\d{1,2}s$", r"\1\2<age>"),  # the last column of a row
    (r"(?m)<age> +(?=\S)", "<age>  "),
    (r"(?<![\d.])" + re.escape(VERSION) + r"(?![\d.]\d)", "<version>"),
)]


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.name = folder.name
        self.command = (folder / "cmd").read_text(encoding="utf-8")
        self.as_transcript = (folder / "transcript").exists() or re.search(r"(?m)(^|\| *)ts? ", self.command) is not None

    def expected(self):
        """The golden files by name, with '' for those that do not exist."""
        names = ("transcript", "exit") if self.as_transcript else ("stdout", "stderr", "exit")
        golden = {}
        for name in names:
            path = self.folder / name
            golden[name] = path.read_text(encoding="utf-8") if path.exists() else ""
        golden["exit"] = golden["exit"].strip() or "0"
        return golden

    def accept(self, got):
        for name, text in got.items():
            path = self.folder / name
            keep = text != "0" if name == "exit" else text != "" or name == "transcript"
            if keep:
                path.write_text(text + "\n" if name == "exit" else text, encoding="utf-8")
            else:
                path.unlink(missing_ok=True)


def lay_out(case, top, binary, ports):
    """Copies the case's files into its working folder and makes the folders of a person who has nothing."""
    for name in ("work", "home", "home/.run", "bin", "tmp"):
        (top / name).mkdir(mode=0o700)
    for name in ("orloj", "orlojctl"):
        (top / "bin" / name).symlink_to(binary)

    def fill_in(text):
        return re.sub(r"\{\{port:(\w+)\}\}", lambda found: str(ports[found.group(1)]), text)

    for source in sorted(case.folder.rglob("*")):
        relative = source.relative_to(case.folder)
        target = top / "work" / relative
        if str(relative) in OWN_FILES:
            continue
        if source.is_dir():
            target.mkdir()
            continue
        content = source.read_bytes()
        if b"{{port:" in content:
            content = fill_in(content.decode("utf-8")).encode("utf-8")
        target.write_bytes(content)
        target.chmod(source.stat().st_mode & 0o777)
    (top / "cmd").write_text(fill_in(case.command), encoding="utf-8")


def environment(top, ports):
    home = top / "home"
    made = {
        "PATH": f"{top}/bin:{os.path.dirname(sys.executable)}:{SYSTEM_PATH}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_RUNTIME_DIR": str(home / ".run"),
        "TMPDIR": str(top / "tmp"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "REPO": str(REPO),
        "CASE_TOP": str(top),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",  # A case that wants one has its own on loopback.
    }
    for name, port in ports.items():
        made[f"PORT_{name}"] = str(port)
        made[f"URL_{name}"] = f"http://127.0.0.1:{port}"
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE"):
        if name in os.environ:
            made[name] = os.environ[name]
    return made


def normalise(text, top, ports):
    for path, word in ((top / "work", "<dir>"), (top / "home", "<home>"), (top, "<top>"), (REPO, "<repo>")):
        text = text.replace(str(path), word)
    for name, port in ports.items():
        text = re.sub(rf":{port}\b", f":<port:{name}>", text)
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return text


def execute(case, top, ports):
    """Runs the case's script. What it wrote by golden file name, or a sentence when it ran out of time."""
    merged = subprocess.STDOUT if case.as_transcript else subprocess.PIPE
    process = subprocess.Popen(["sh", "-c", '. "$1"; . "$2"', "sh", str(HERE / "prelude.sh"), str(top / "cmd")],
                               cwd=top / "work", env=environment(top, ports), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=merged, start_new_session=True)
    late = False
    try:
        out, err = process.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        late = True
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    try:
        # What the script left running in the background would outlive its folder.
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    streams = {"transcript": out} if case.as_transcript else {"stdout": out, "stderr": err}
    got = {name: normalise(text.decode("utf-8", "replace"), top, ports) for name, text in streams.items()}
    if late:
        return got, f"did not end within {TIME_LIMIT} s; it had printed:\n" + "".join(got.values())
    got["exit"] = str(process.returncode if process.returncode >= 0 else 128 - process.returncode)
    return got, None


def run(case, binary):
    """What is wrong with the case, as text; '' when nothing is."""
    top = pathlib.Path(tempfile.mkdtemp(prefix="orloj-cli-")).resolve()
    started = {}
    try:
        settings = case.folder / "servers.json"
        if settings.exists():
            for name, wanted in json.loads(settings.read_text(encoding="utf-8")).items():
                started[name] = servers.Server(name, wanted, requests=top / f"{name}.requests")
                started[name].start()
        ports = {name: server.port for name, server in started.items()}
        lay_out(case, top, binary, ports)
        got, trouble = execute(case, top, ports)
    finally:
        for server in started.values():
            server.stop()
        shutil.rmtree(top, ignore_errors=True)
    if trouble:
        return trouble
    if os.environ.get("ORLOJ_ACCEPT") == "1":
        case.accept(got)
        return ""
    wrong = []
    for name, expected in case.expected().items():
        if got[name] == expected:
            continue
        if name == "exit":
            wrong.append(f"exit code {got[name]}, expected {expected}")
        else:
            wrong += [line.rstrip("\n") for line in difflib.unified_diff(
                expected.splitlines(True), got[name].splitlines(True), f"{case.name}/{name} (expected)", "printed")]
    return "\n".join(wrong)


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", default="build")
    arguments.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2))
    arguments.add_argument("--slowest", action="store_true", help="print how long each case took")
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()
    binary = (pathlib.Path(given.build) / "src" / "orloj").resolve()
    if not binary.exists():
        print(f"there is no {binary}; build it first")
        print("0 passed, 1 failed")
        return 1

    cases = [Case(path.parent) for path in sorted(HERE.glob("*/cmd"))
             if not given.names or any(name in path.parent.name for name in given.names)]
    passed = failed = 0

    def timed(case):
        begun = time.monotonic()
        return run(case, binary), time.monotonic() - begun

    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for case, (wrong, seconds) in zip(cases, pool.map(timed, cases)):
            if given.slowest:
                print(f"{seconds:6.2f} s  {case.name}")
            if wrong:
                failed += 1
                print(f"-- cli/{case.name}\n{wrong}", flush=True)
            else:
                passed += 1
    if os.environ.get("ORLOJ_ACCEPT") == "1":
        print(f"accepted what {passed} cases printed; read the difference before you commit it")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
