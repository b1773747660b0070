"""What others see of a process that has a key: its environment, words, memory and core, and those of its children."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

from echo import Echo
from leaks import KEYS, endpoint, everything, hunt
from person import Person, check

KEY = KEYS["plain"]


def family(pid):
    """A process and its descendants."""
    out = [pid]
    for at in out:
        try:
            for task in pathlib.Path(f"/proc/{at}/task").iterdir():
                out += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return out


def seen_of(pid):
    for name in ("cmdline", "environ", "comm", "maps"):
        try:
            yield f"/proc/{pid}/{name}", pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
        except OSError:
            continue


def until(what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    return None


def tellers(echo, **more):
    return (("Agent", "teller", {"model_ref": "chat", "prompt": "Tell."}), ("AgentSystem", "tellers", {"agents": ["teller"]}),
            endpoint("chat", "openai-compatible", echo.port, secret="plain", **more))


def running(person, echo, *words, env=None):
    """A run that waits for its answer, which has been asked with the key."""
    seen = len(echo.seen)
    process = person.start("run", *words, env=env, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)))
    assert until(lambda: len(echo.seen) > seen), person.finish(process)
    return process


def a_run(binary, top):
    """The key is stored; the process that uses it shows it nowhere, leaves no core, and lets nobody of its user in."""
    person, echo = Person(binary, top / "a-run"), Echo()
    person.must("create", "secret", "plain", "--stdin", typed=KEY)
    person.store(*tellers(echo))
    process = running(person, echo, "--system", "tellers", "topic=<hold>")
    hits = [hit for pid in family(process.pid) for hit in hunt([KEY], seen_of(pid))]
    check("a run: its key is neither in its words nor in its environment", not hits, hits)
    limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core"))
    check("a run: no core may be written, whatever the shell allowed", core.split()[4:6] == ["0", "0"], core)
    sanitized = "ASAN_OPTIONS" in os.environ
    owner = os.stat(f"/proc/{process.pid}/environ").st_uid
    if os.geteuid() == 0:
        check("a run: root's own view of it", owner == 0)
    os.kill(process.pid, signal.SIGABRT)
    done = person.finish(process)
    check("a run: an abort ends it, without a core", done.code == -signal.SIGABRT, done.code)
    cores = [path.name for path in person.top.rglob("*") if path.name.startswith("core")]
    check("a run: and none lies about", not cores, cores)
    hits = hunt([KEY], everything(person))
    check("a run: nothing of it is on disk", not hits, hits[:3])
    for number in (signal.SIGSEGV, signal.SIGQUIT, signal.SIGBUS):
        process = running(person, echo, "-q", "--system", "tellers", "topic=<hold>")
        os.kill(process.pid, number)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = 0
        check(f"a run: {number.name} leaves no core either", not os.WCOREDUMP(status), status)
    echo.stop()
    return sanitized


def same_user(binary, top):
    """Another process of the same person, without privileges, cannot read memory or environment."""
    if os.geteuid() != 0:
        return print("processes: only root can make another user to try it with")
    stage = top / "same-user"
    stage.mkdir(mode=0o755)
    os.chmod(top, 0o755)
    person, echo = Person(binary, stage / "home"), Echo()
    person.binary = str(stage / "orloj")
    shutil.copy(binary, person.binary)
    os.chown(person.top, 65534, 65534)
    as_nobody = {"preexec_fn": lambda: (os.setgid(65534), os.setuid(65534))}
    parts = "---\n".join([*(__import__("person").manifest(*part) for part in tellers(echo))])
    done = person("apply", "-q", "--no-run", "-f", "-", typed=parts, **as_nobody)
    assert done.code == 0, done
    seen = len(echo.seen)
    process = person.start("run", "--system", "tellers", "topic=<hold>", env={"ORLOJ_SECRET_PLAIN": KEY}, **as_nobody)
    assert until(lambda: len(echo.seen) > seen)
    for name in ("environ", "mem", "maps"):
        tried = subprocess.run(["cat", f"/proc/{process.pid}/{name}"], capture_output=True, timeout=10, **as_nobody)
        check(f"same user: /proc/PID/{name} is closed", tried.returncode != 0 and b"denied" in tried.stderr, tried.stderr[:200])
    if shutil.which("gdb"):
        tried = subprocess.run(["gdb", "-p", str(process.pid), "--batch", "-ex", "bt"], capture_output=True, timeout=30, **as_nobody)
        check("same user: a debugger is not let in", b"not permitted" in tried.stderr, tried.stderr[-300:])
    process.kill()
    person.finish(process)
    echo.stop()


def memory(binary, top):
    """What root's debugger finds in memory. A command that only stores a key has nothing left of it when it waits."""
    if os.geteuid() != 0 or not shutil.which("gcore"):
        return print("processes: without root and gcore no core can be forced")
    person, echo = Person(binary, top / "memory"), Echo()
    person.must("create", "secret", "plain", "--stdin", typed=KEY)
    person.store(*tellers(echo, max_retries="3"))
    process = running(person, echo, "--system", "tellers", "topic=<hold>")
    core = forced_core(person, process.pid)
    count = core.count(KEY.encode())
    process.kill()
    person.finish(process)
    # libcurl keeps the header for as long as the request is under way, and says so nowhere.
    print(f"processes: a core that root forces while a request is under way holds the key {count} times, all of them in libcurl's memory")
    check("memory: what is ours of it is left out of a core", count <= 4, count)
    key = person.key.read_text().split()[1]
    check("memory: the master key is not in it", key.encode() not in core and __import__("base64").b64decode(key) not in core)
    echo.stop()


def forced_core(person, pid):
    target = person.top.parent / "forced"
    subprocess.run(["gcore", "-o", str(target), str(pid)], capture_output=True, timeout=60, check=True)
    path = pathlib.Path(f"{target}.{pid}")
    try:
        return path.read_bytes()
    finally:
        path.unlink()


WATCHER = """#!/bin/sh
tr '\\0' '\\n' < /proc/self/environ > "$OUT/$1.environ"
tr '\\0' '\\n' < /proc/$PPID/cmdline > "$OUT/$1.cmdline"
ls -l /proc/self/fd > "$OUT/$1.fd"
"""


def children(binary, top):
    """An editor, a credential_process, an exporter and a worker's processes: what each is given."""
    person, echo = Person(binary, top / "children"), Echo(KEY)
    out = top / "children-seen"
    out.mkdir()
    script = person.top / "watch.sh"
    script.write_text(WATCHER)
    script.chmod(0o700)
    person.must("create", "secret", "plain", "--stdin", typed=KEY)
    person.store(*tellers(echo), ("ModelEndpoint", "aws", {"provider": "bedrock", "allowPrivate": True, "default_model": "m",
                                                           "options": {"region": "us-east-1", "stream": "false"}}))
    keys = {"ORLOJ_SECRET_OTHER": KEY, "ORLOJ_SECRET_ENCRYPTION_KEY": "", "ORLOJ_KEY_PASSPHRASE": KEY, "OUT": str(out)}
    person("edit", "agent/teller", env={**keys, "EDITOR": f"{script} editor"})
    config = person.top / ".aws/config"
    config.parent.mkdir(mode=0o700)
    config.write_text(f"[default]\ncredential_process = {script} process\n")
    person("run", "-q", "--system", "tellers", "--model-ref", "aws", "topic=x",
           env={**keys, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://127.0.0.1:{echo.port}"})
    for name in ("editor", "process"):
        environ = (out / f"{name}.environ").read_bytes() if (out / f"{name}.environ").exists() else None
        if check(f"children: the {name} was started", environ is not None):
            check(f"children: the {name} is given no secret", KEY.encode() not in environ, environ.decode())
            descriptors = (out / f"{name}.fd").read_text().splitlines()[1:]
            inherited = [line for line in descriptors if "/proc/" not in line and line.split()[8] not in "012" and "watch.sh" not in line]
            check(f"children: the {name} is given no open file", not inherited, inherited)
    person.must("apply", "-q", "--no-run", "-f", "-", typed='{"kind": "Task", "metadata": {"name": "held"}, "spec": {"system": "tellers", "input": {"topic": "<hold>"}}}')
    seen = len(echo.seen)
    worker = person.start("work", "--once")
    until(lambda: len(echo.seen) > seen)
    pids = family(worker.pid)
    hits = [hit for pid in pids for hit in hunt([KEY], seen_of(pid))]
    check("children: a worker and its process show no key", len(pids) > 1 and not hits, (pids, hits))
    echo.held.set()
    worker.terminate()
    person.finish(worker)
    echo.held.clear()
    exporter(person, echo)
    hits = hunt([KEY], everything(person))
    check("children: nothing of it is on disk", not hits, hits[:3])
    echo.stop()


def exporter(person, echo):
    """The process that sends a trace: what it sends along is in its environment, and nothing else is."""
    echo.act = lambda handler, word, value, key, number: (echo.held.wait(20), handler.send(200, "{}"))
    person.store(("ModelEndpoint", "mock", {"provider": "mock", "default_model": "m"}))
    seen = len(echo.seen)
    process = person.start("run", "-q", "--system", "tellers", "--model-ref", "mock", "topic=x",
                           env={"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{echo.port}", "OTEL_EXPORTER_OTLP_TIMEOUT": "15000"})
    sender = until(lambda: next((int(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit() and
                                 b"__export" in next((text for name, text in seen_of(path.name) if name.endswith("cmdline")), b"")
                                 and str(person.database).encode() in pathlib.Path(f"/proc/{path.name}/cmdline").read_bytes()), None))
    hits = hunt([KEY], seen_of(sender)) if sender else ["there is none"]
    check("children: the sender of traces shows no key", not hits, hits)
    until(lambda: len(echo.seen) > seen)
    echo.held.set()
    person.finish(process)


TESTS = [a_run, same_user, memory, children]
