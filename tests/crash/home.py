"""What the trials share: a person's folders with orloj run in them, and what must hold of a file at any moment."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

TIME_LIMIT = 30  # seconds, for any one command
KEY = "sk-test-crash-1234"


class Wrong(Exception):
    """What a trial found."""


def expect(holds, sentence):
    if not holds:
        raise Wrong(sentence)


def manifest(kind, name, spec):
    return json.dumps({"apiVersion": "orloj.dev/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}) + "\n"


class Home:
    """A person's folders, and orloj run in them."""

    def __init__(self, binary, top):
        self.binary = binary
        self.top = top
        self.database = top / "orloj.db"
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(top), "ORLOJ_DB": str(self.database), "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def start(self, *words):
        return subprocess.Popen([str(self.binary), *words], cwd=self.top, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words):
        """Standard output of a command that has to succeed."""
        code, out, err = self.finish(self.start(*words))
        expect(code == 0, f"`orloj {' '.join(words)}` ended with {code}: {err.strip()}")
        return out

    @staticmethod
    def finish(process):
        try:
            out, err = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Wrong(f"did not end within {TIME_LIMIT} s: {err.strip()}") from None
        return process.returncode, out, err

    def kill_after(self, seconds, *words):
        """Runs a command and kills it. True when the kill came before its end."""
        return self.kill_when(lambda process: time.sleep(seconds), *words)

    def kill_when(self, wait, *words):
        """The same; the moment is when `wait` returns, which is given the process."""
        process = self.start(*words)
        wait(process)
        process.send_signal(signal.SIGKILL)
        code, _, err = self.finish(process)
        expect(code in (0, -signal.SIGKILL), f"`orloj {' '.join(words)}` ended with {code}: {err.strip()}")
        return code != 0

    @contextlib.contextmanager
    def copy(self):
        """A connection to a copy: reading the file itself would repair what a crash left, before orloj sees it."""
        with tempfile.TemporaryDirectory(prefix="orloj-copy-") as folder:
            target = pathlib.Path(folder) / "copy.db"
            for suffix in ("", "-wal", "-journal"):
                source = pathlib.Path(str(self.database) + suffix)
                if source.exists():
                    shutil.copy(source, str(target) + suffix)
            connection = sqlite3.connect(target)
            try:
                yield connection
            finally:
                connection.close()

    def check_file(self):
        if not self.database.exists():
            return
        with self.copy() as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            expect(found == ["ok"], f"the database is damaged: {found}")
            found = connection.execute("PRAGMA foreign_key_check").fetchall()
            expect(found == [], f"rows without what they refer to: {found}")

    def journal(self):
        """The events of the one run as (seq, type, agent, step, payload)."""
        if not self.database.exists():
            return []
        with self.copy() as connection:
            if connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'run_event'").fetchone()[0] == 0:
                return []
            rows = connection.execute("SELECT seq, type, agent, step, payload FROM run_event ORDER BY run, seq").fetchall()
        return [(*row[:4], json.loads(row[4])) for row in rows]

    def totals(self):
        """What the row of each run says of its calls: how many, tokens in, tokens out."""
        with self.copy() as connection:
            return connection.execute("SELECT model_calls, input_tokens, output_tokens FROM run_overview").fetchall()
