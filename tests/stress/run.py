#!/usr/bin/env python3
"""Many agents at once against a server on this machine, and many processes at once on one database: what a crowd does,
and that all of them end well.

    python3 tests/stress/run.py [--build build] [--applies N] [NAME...]     storm, lanes, cuts, writers; all without a name

The server counts what arrives and knows nothing of orloj. Takes about two minutes; no outcome depends on how fast the
machine is, only bounds that are far away. --applies 500 is the whole of `writers`: 4,000 applies.
"""

import argparse
import asyncio
import collections
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

REPO = pathlib.Path(__file__).resolve().parent.parent.parent
RESULTS = collections.Counter()


def check(what, good, seen=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"FAILED: {what}{': ' if seen != '' else ''}{seen}")


class Server:
    """Answers Chat Completions by asking `reply(path, body)`, which returns (status, headers, body, seconds)."""

    def __init__(self, reply):
        self.reply = reply
        self.requests = collections.Counter()
        self.open = collections.Counter()
        self.most_open = collections.Counter()
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        def serve():
            asyncio.set_event_loop(self.loop)
            server = self.loop.run_until_complete(asyncio.start_server(self.talk, "127.0.0.1", 0, backlog=2048))
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            self.loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        started.wait()

    async def talk(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                path = head.split(" ", 2)[1]
                length = next(int(line.split(":")[1]) for line in head.split("\r\n") if
                              line.lower().startswith("content-length:"))
                body = json.loads(await reader.readexactly(length))
                self.requests[path] += 1
                self.open[path] += 1
                self.most_open[path] = max(self.most_open[path], self.open[path])
                status, headers, answer, seconds = self.reply(path, body)
                if seconds:
                    await asyncio.sleep(seconds)
                self.open[path] -= 1
                lines = [f"HTTP/1.1 {status} X"] + [f"{name}: {value}" for name, value in headers.items()]
                writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + answer)
                await writer.drain()
                if headers.get("connection") == "close":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def events(text, end=True):
    pieces = [json.dumps({"id": "x", "model": "m", "choices": [{"index": 0, "delta": {"content": word}}]}) for word in text]
    if end:
        pieces.append('{"id":"x","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],'
                      '"usage":{"prompt_tokens":3,"completion_tokens":2}}')
        pieces.append("[DONE]")
    return "".join(f"data: {piece}\n\n" for piece in pieces).encode()


def fine(seconds=0.0):
    body = events(["all ", "well"])
    return 200, {"content-type": "text/event-stream", "content-length": len(body)}, body, seconds


def manifest(port, endpoints, agents):
    """`endpoints`: name to options; agent N asks the endpoint N modulo their number. All start at once."""
    parts = []
    for name, options in endpoints.items():
        parts.append({"apiVersion": "orloj.dev/v1", "kind": "ModelEndpoint", "metadata": {"name": name}, "spec": {
            "provider": "openai-compatible", "base_url": f"http://127.0.0.1:{port}/{name}", "allowPrivate": True,
            "default_model": "m", "options": options}})
    names = [f"agent-{n:04}" for n in range(agents)]
    order = list(endpoints)
    for n, name in enumerate(names):
        parts.append({"apiVersion": "orloj.dev/v1", "kind": "Agent", "metadata": {"name": name},
                      "spec": {"model_ref": order[n % len(order)], "prompt": f"You are {name}."}})
    parts.append({"apiVersion": "orloj.dev/v1", "kind": "AgentSystem", "metadata": {"name": "crowd"},
                  "spec": {"agents": names, "graph": {name: {} for name in names}}})
    return "\n---\n".join(json.dumps(part) for part in parts)


class Orloj:
    def __init__(self, build, text):
        self.home = tempfile.TemporaryDirectory(prefix="orloj-stress-")
        self.program = REPO / build / "src" / "orloj" if not os.path.isabs(build) else pathlib.Path(build) / "src" / "orloj"
        (pathlib.Path(self.home.name) / "crowd.yaml").write_text(text)
        self.seconds = 0.0

    def __call__(self, *words):
        env = {"HOME": self.home.name, "PATH": os.environ["PATH"], "ORLOJ_DB": self.home.name + "/db"}
        return subprocess.run([self.program, *words], env=env, cwd=self.home.name, capture_output=True, text=True,
                              timeout=400)

    def run(self):
        began = time.monotonic()
        done = self("run", "-q", "-f", "crowd.yaml", "-o", "json", "topic=x")
        self.seconds = time.monotonic() - began
        return done, json.loads(done.stdout) if done.stdout else {}

    def events(self, task):
        return json.loads(self("trace", "task/" + task, "-o", "json").stdout)


def storm(build):
    """A thousand agents, a server that takes twenty calls a second and says `retry-after: 1` to all others."""
    agents, rate = 1000, 20
    seconds = collections.Counter()

    def reply(path, body):
        now = int(time.monotonic())
        seconds[now] += 1
        if seconds[now] <= rate:
            return fine()
        body = b'{"error":{"message":"slow down","code":"rate_limit_exceeded"}}'
        return 429, {"content-type": "application/json", "content-length": len(body), "retry-after": "1"}, body, 0

    server = Server(reply)
    orloj = Orloj(build, manifest(server.port, {"busy": {}}, agents))
    done, result = orloj.run()
    total = sum(server.requests.values())
    check("storm: the run ends well", done.returncode == 0 and result.get("phase") == "Succeeded", done.stderr[-500:])
    check("storm: every agent has its answer", [a["output"] for a in result.get("agents", [])] == ["all well"] * agents)
    check("storm: at most three requests an agent", total <= 3 * agents, total)
    later = [count for second, count in seconds.items() if second > min(seconds) + 2]
    check("storm: after the first rush never five times what the server takes", max(later, default=0) <= 5 * rate, later)
    print(f"storm: {agents} agents, {total} requests, {orloj.seconds:.1f} s; the server alone needs {agents / rate:.0f} s")


def lanes(build):
    """Two hundred agents, two endpoints, one with max_concurrency 4; each answer takes a second."""
    agents, most = 200, 4
    server = Server(lambda path, body: fine(1.0))
    orloj = Orloj(build, manifest(server.port, {"narrow": {"max_concurrency": str(most)}, "wide": {}}, agents))
    done, result = orloj.run()
    narrow, wide = (server.most_open[f"/{name}/chat/completions"] for name in ("narrow", "wide"))
    check("lanes: the run ends well", result.get("phase") == "Succeeded", done.stderr[-500:])
    check("lanes: the narrow one gets as many calls as it may, and no more", narrow == most, narrow)
    check("lanes: the wide one gets all of its calls at once", wide == agents // 2, wide)
    check("lanes: one request an agent", sum(server.requests.values()) == agents, server.requests)
    requests = [e for e in orloj.events(result["task"]) if e["type"] == "model_request"]
    waited = [e for e in requests if e.get("waited_for") == "max_concurrency"]
    check("lanes: who waited is on record", len(waited) == agents // 2 - most, len(waited))
    check("lanes: and how long", all(900 <= e["waited_ms"] <= 60000 for e in waited))
    check("lanes: only at the narrow one", {e["endpoint"] for e in waited} == {"narrow"})
    table = orloj("trace", "task/" + result["task"]).stdout
    check("lanes: the table shows it", "WAITED" in table)
    print(f"lanes: {agents} agents, {orloj.seconds:.1f} s; the narrow endpoint alone needs {agents / 2 / most:.0f} s")


def cuts(build):
    """Every third answer breaks off before anything came, every tenth call is refused with 503."""
    count = collections.Counter()

    def reply(path, body):
        count["all"] += 1
        if count["all"] % 10 == 0:
            return 503, {"content-length": 0, "retry-after-ms": "100"}, b"", 0
        if count["all"] % 3 == 0:
            return 200, {"content-type": "text/event-stream", "connection": "close"}, events([], end=False), 0
        return fine()

    server = Server(reply)
    orloj = Orloj(build, manifest(server.port, {"shaky": {"max_retries": "20"}}, 300))
    done, result = orloj.run()
    check("cuts: the run ends well", result.get("phase") == "Succeeded", done.stderr[-500:])
    total = sum(server.requests.values())
    journal = orloj.events(result["task"])
    kinds = collections.Counter(e["type"] for e in journal)
    check("cuts: every request is on record", kinds["model_request"] == total, f"{kinds} {total}")
    check("cuts: every one has an outcome", kinds["model_call"] + kinds["model_error"] == total, kinds)
    check("cuts: one answer an agent", kinds["model_call"] == 300, kinds)
    print(f"cuts: 300 agents, {total} requests, {orloj.seconds:.1f} s")


def writers(build, applies):
    """Eight processes after each other store what they and all others store, beside two runs and who follows them."""
    many, steps = 8, 60
    server = Server(lambda path, body: fine(0.05))
    orloj = Orloj(build, manifest(server.port, {"main": {}}, steps))
    home = pathlib.Path(orloj.home.name)
    with open(home / "crowd.yaml", "a") as text:
        names = [f"agent-{n:04}" for n in range(steps)]
        text.write("\n---\n" + json.dumps({"kind": "AgentSystem", "metadata": {"name": "line"}, "spec": {"agents": names}}))
        for task in ("one", "two"):
            text.write("\n---\n" + json.dumps({"kind": "Task", "metadata": {"name": task},
                                               "spec": {"system": "line", "input": {"topic": "x"}}}))
    check("writers: the crowd is stored", orloj("apply", "-q", "--no-run", "-f", "crowd.yaml").returncode == 0)
    trouble, seconds, runs, followers = [], [], {}, {}

    def write(writer):
        path = home / f"w{writer}.yaml"
        for turn in range(applies):
            path.write_text("\n---\n".join(
                json.dumps({"kind": "Agent", "metadata": {"name": name},
                            "spec": {"model_ref": "main", "prompt": f"{writer} in turn {turn}"}})
                for name in ("shared", f"own-{writer}")))
            began = time.monotonic()
            done = orloj("apply", "-q", "-f", path.name)
            seconds.append(time.monotonic() - began)
            if done.returncode != 0 or done.stderr:
                trouble.append(f"{done.returncode}: {done.stderr}")

    def run(task):
        while working.is_set():  # one run after the other, as long as somebody writes
            done = orloj("run", "-q", "task/" + task) if task not in runs else orloj("run", "-q", "--system", "line", "topic=x")
            runs.setdefault(task, []).append(done)

    def follow(task):
        while orloj("logs", "task/" + task).returncode != 0:
            pass  # it has not begun
        followers[task] = orloj("logs", "task/" + task, "-f")

    working = threading.Event()
    working.set()
    began = time.monotonic()
    beside = [threading.Thread(target=part, args=(task,)) for part in (run, follow) for task in ("one", "two")]
    crowd = [threading.Thread(target=write, args=(writer,)) for writer in range(many)]
    for thread in beside + crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    took = time.monotonic() - began
    working.clear()
    for thread in beside:
        thread.join()
    check("writers: every apply is quiet and ends well", not trouble, trouble[:3])
    everything = [done for of_task in runs.values() for done in of_task]
    check("writers: the runs end well", all(done.returncode == 0 for done in everything),
          [done.stderr[-300:] for done in everything if done.returncode])
    said = "".join(done.stderr for done in everything) + "".join(trouble)
    check("writers: nobody hears of a lock", "lock" not in said and "another orloj" not in said, said[:300])
    for task, followed in followers.items():
        check("writers: who follows sees every line", followed.stdout == orloj("logs", "task/" + task).stdout, task)
    with sqlite3.connect(home / "db") as db:
        counts = dict(db.execute("SELECT name, generation FROM resource WHERE kind = 'Agent' AND generation = resource_version"))
        check("writers: no update of one is lost", all(counts.get(f"own-{w}") == applies for w in range(many)), counts)
        check("writers: no update of all is lost", counts.get("shared") == many * applies, counts.get("shared"))
        check("writers: the file is whole", db.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
        gap = db.execute("SELECT max(gap) FROM (SELECT time - lag(time) OVER (PARTITION BY id >> 32 ORDER BY id) AS gap "
                         "FROM event)").fetchone()[0]
    seconds.sort()
    print(f"writers: {many} x {applies} applies beside {len(everything)} runs in {took:.1f} s; an apply took {seconds[len(seconds) // 2] * 1000:.0f} ms, "
          f"the slowest {seconds[-1] * 1000:.0f} ms; the longest pause in a run {gap / 1000:.0f} ms (answers take 50)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--applies", type=int, default=40, help="of each of the eight writers")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    for part in (lanes, cuts, storm):
        if not arguments.names or part.__name__ in arguments.names:
            part(arguments.build)
    if not arguments.names or "writers" in arguments.names:
        writers(arguments.build, arguments.applies)
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
