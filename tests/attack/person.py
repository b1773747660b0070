"""What the attacks share: a person's folders with orloj run in them, and counting what holds."""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TIME_LIMIT = 40  # seconds, for any one command
RESULTS = collections.Counter()
KEY_FILE = ".config/orloj/key"


def check(what, good, seen=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"FAILED: {what}{': ' if seen != '' else ''}{seen}", flush=True)
    return good


def manifest(kind, name, spec):
    return json.dumps({"apiVersion": "orloj.dev/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}) + "\n"


def manifests(*parts):
    return "---\n".join(manifest(*part) for part in parts)


class Done:
    """A command that has ended."""

    def __init__(self, words, code, out, err):
        self.words, self.code, self.out, self.err = words, code, out, err

    def __str__(self):
        text = (self.out + self.err).decode("utf-8", "replace").strip()
        return f"`orloj {' '.join(self.words)}` ended with {self.code}: {text[:600]}"

    @property
    def said(self):
        return self.err.decode("utf-8", "replace")


class Person:
    """A person's folders, and orloj run in them. Everything that is printed can be kept in `said`."""

    def __init__(self, binary, top):
        self.binary, self.top = str(binary), pathlib.Path(top)
        self.top.mkdir(mode=0o700, parents=True)
        self.database = self.top / "orloj.db"
        self.key = self.top / KEY_FILE
        self.said = []
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.top), "ORLOJ_DB": str(self.database),
                            "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def start(self, *words, env=None, before=(), **more):
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.Popen([*before, self.binary, *words], cwd=self.top, env={**self.environment, **(env or {})}, **more)

    def finish(self, process, words=(), typed=None):
        try:
            out, err = process.communicate(typed, timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            err += b"\n[it did not end in time]"
        done = Done(words, process.returncode, out or b"", err or b"")
        self.said.append(done)
        return done

    def __call__(self, *words, typed=None, **more):
        if typed is not None:
            more["stdin"] = subprocess.PIPE
            typed = typed.encode() if isinstance(typed, str) else typed
        return self.finish(self.start(*words, **more), words, typed)

    def must(self, *words, **more):
        done = self(*words, **more)
        if done.code != 0:
            raise AssertionError(str(done))
        return done

    def store(self, *parts):
        """Applies resources."""
        self.must("apply", "-q", "--no-run", "-f", "-", typed=manifests(*parts))

    def integrity(self):
        """What is wrong with the database, read from a copy: reading the file itself would repair what a crash left."""
        import sqlite3
        import tempfile
        if not self.database.exists():
            return []
        with tempfile.TemporaryDirectory(prefix="orloj-copy-") as folder:
            target = pathlib.Path(folder) / "copy.db"
            for suffix in ("", "-wal"):
                source = pathlib.Path(str(self.database) + suffix)
                if source.exists():
                    shutil.copy(source, str(target) + suffix)
            connection = sqlite3.connect(target)
            try:
                return [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            except sqlite3.DatabaseError as error:
                return [str(error)]
            finally:
                connection.close()


def plain_error(done, codes=(1, 2, 3)):
    """Whether a command ended as one that was refused has to: with a code of ours, one error, and no bug."""
    return (done.code in codes and "error" in done.said and "mistake in orloj" not in done.said
            and re.search("terminate called|Sanitizer|Assertion", done.said) is None)
