#!/usr/bin/env python3
"""Ratios of orloj against something a reader can run, interleaved in one run on one machine.

    meson compile -C build bench

Nothing here asserts a time: it prints medians and minima, and the ratio beside the ceiling it is held against.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1]).resolve()
orloj = str(build / "src" / "orloj")
peer = str(build / "tests" / "bench" / "peer")
work = pathlib.Path(tempfile.mkdtemp(prefix="orloj-bench-"))
env = {"PATH": os.environ["PATH"], "HOME": str(work), "ORLOJ_DB": str(work / "bench.db"), "LC_ALL": "C.UTF-8"}


def run(command, **extra):
    start = time.perf_counter()
    subprocess.run(command, check=True, env={**env, **extra}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def side_by_side(rounds, **commands):
    times = {name: [] for name in commands}
    for i in range(rounds + 3):
        for name, command in commands.items():
            took = command() if callable(command) else run(command)
            if i >= 3:
                times[name].append(took)
    return times


def show(title, times, first, second, ceiling):
    print(f"\n{title}")
    for name, values in times.items():
        print(f"  {name:28} median {statistics.median(values):9.3f} ms   min {min(values):9.3f} ms")
    ratio = statistics.median(a / b for a, b in zip(times[first], times[second]))
    print(f"  {first} / {second}: {ratio:.2f} (minima {min(times[first]) / min(times[second]):.2f}); ceiling {ceiling}")


def write(name, text):
    path = work / name
    path.write_text(text)
    return str(path)


def chain(agents, port, graph=""):
    names = [f"a{i}" for i in range(agents)]
    documents = [f"""
kind: ModelEndpoint
metadata: {{name: bench}}
spec: {{provider: openai-compatible, base_url: "http://127.0.0.1:{port}/v1", default_model: m, allowPrivate: true}}"""]
    documents += [f"""
kind: Agent
metadata: {{name: {name}}}
spec: {{model_ref: bench, prompt: "You are an agent."}}""" for name in names]
    documents.append(f"""
kind: AgentSystem
metadata: {{name: chain{agents}{"g" if graph else ""}}}
spec: {{agents: [{", ".join(names)}]{graph}}}""")
    return "\n---".join(documents)


def start_peer(*words):
    process = subprocess.Popen([peer, "serve", *words], stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def start_up():
    write("endpoints.yaml", "\n---".join(f"""
kind: ModelEndpoint
metadata: {{name: e{i}}}
spec: {{provider: openai, default_model: gpt-4o-mini, auth: {{secretRef: k}}}}""" for i in range(100)))
    run([orloj, "create", "secret", "k", "--from-literal", "value=sk-bench"])
    run([orloj, "apply", "-f", str(work / "endpoints.yaml")])
    sql = "select namespace, kind, name, status, generation, spec from resource_overview where kind = 'ModelEndpoint'"
    commands = {"true": ["true"], "orloj version": [orloj, "version"],
                "orloj get model-endpoints": [orloj, "get", "model-endpoints"]}
    if shutil.which("sqlite3"):
        commands["sqlite3 shell"] = ["sqlite3", env["ORLOJ_DB"], sql]
    times = side_by_side(100, **commands)
    if "sqlite3 shell" in times:
        show("start-up, 100 resources", times, "orloj get model-endpoints", "sqlite3 shell", "1.3")


def durable_step():
    steps = 100
    server, port = start_peer()
    try:
        run([orloj, "apply", "-f", write("chain.yaml", chain(steps, port))])
        run([orloj, "apply", "-f", write("one.yaml", chain(1, port).replace("name: a0", "name: b0").replace("[a0]", "[b0]"))])
        url = f"http://127.0.0.1:{port}/v1/chat/completions"
        times = side_by_side(10, **{"orloj run, 100 steps": [orloj, "run", "--system", f"chain{steps}"],
                                    "orloj run, 1 step": [orloj, "run", "--system", "chain1"],
                                    "bare libcurl, 100 requests": [peer, "loop", url, str(steps)],
                                    "bare libcurl, 1 request": [peer, "loop", url, "1"]})
        show("one durable step (synchronous=FULL)", times, "orloj run, 100 steps", "bare libcurl, 100 requests", "see below")
        med = {name: statistics.median(values) for name, values in times.items()}
        low = {name: min(values) for name, values in times.items()}
        for word, t in (("median", med), ("min", low)):
            ours = (t["orloj run, 100 steps"] - t["orloj run, 1 step"]) / (steps - 1)
            floor = (t["bare libcurl, 100 requests"] - t["bare libcurl, 1 request"]) / (steps - 1)
            print(f"  {word}: a step {ours:.3f} ms, a bare request {floor:.3f} ms: +{ours - floor:.3f} ms; ceiling +0.30")
    finally:
        server.kill()


def many_at_once():
    agents = 1000
    server, port = start_peer("1000")
    try:
        graph = ", graph: {" + ", ".join(f"a{i}: {{}}" for i in range(agents)) + "}"
        run([orloj, "apply", "-f", write("wide.yaml", chain(agents, port, graph))])
        times = [run([orloj, "run", "--system", f"chain{agents}g"]) for _ in range(3)]
        print(f"\n{agents} agents at once, server answers after 1 s\n  orloj run: min {min(times):.0f} ms; ceiling 1300")
        usage = subprocess.run([sys.executable, "-c", "import resource, subprocess, sys;"
                                "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
                                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                                orloj, "run", "--system", f"chain{agents}g"], env=env, capture_output=True, text=True)
        print(f"  peak memory {int(usage.stdout) / 1024:.0f} MB; ceiling 100")
    finally:
        server.kill()


def apply_many():
    for count in (1000, 10000):
        folder = work / f"many{count}"
        folder.mkdir()
        for i in range(count):
            (folder / f"a{i}.yaml").write_text(f"apiVersion: orloj.dev/v1\nkind: Agent\nmetadata:\n  name: agent-{i}\n"
                                               f"spec:\n  model_ref: e{i % 100}\n  prompt: |\n    You are agent {i}.\n"
                                               "    Answer briefly.\n  limits:\n    max_steps: 4\n    timeout: 20s\n")
        database = str(work / f"many{count}.db")

        def fresh():
            for end in ("", "-wal", "-shm", "-lock"):
                pathlib.Path(database + end).unlink(missing_ok=True)
            return run([orloj, "apply", "--db", database, "-f", str(folder)])

        times = side_by_side(5, **{f"apply {count} files": fresh,
                                   "yaml-cpp alone": [str(build / "tests" / "bench" / "yaml"), str(folder)]})
        show(f"apply, {count} resources", times, f"apply {count} files", "yaml-cpp alone", "3")


def logs_of_many():
    server, port = start_peer()
    try:
        small = {**env, "ORLOJ_DB": str(work / "small.db")}
        big = {**env, "ORLOJ_DB": str(work / "big.db")}
        for world in (small, big):
            for command in ([orloj, "apply", "-f", write("log.yaml", chain(3, port))],
                            [orloj, "run", "--system", "chain3", "-q"]):
                subprocess.run(command, env=world, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        filler = ("insert into run(namespace, task, system, phase, engine_version, created_at) values('x','x','x','Running','1',0);"
                  "with recursive c(i) as (select 1 union all select i + 1 from c where i < 1000000) insert into event"
                  "(id, time, type, attempt, payload) select ((select max(id) from run) << 32) + i, i, 'warning', 1,"
                  "'{\"text\":\"filler\"}' from c;")
        subprocess.run([sys.executable, "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]);"
                        "c.execute('pragma wal_checkpoint(truncate)')", big["ORLOJ_DB"], filler], check=True)
        name = {}
        for world in (small, big):
            listed = subprocess.run([orloj, "get", "tasks", "-o", "name"], env=world, capture_output=True, text=True).stdout
            name[world["ORLOJ_DB"]] = [line for line in listed.split() if "chain3" in line][0]
        times = side_by_side(50, **{
            "logs, a million events": lambda: run([orloj, "logs", name[big["ORLOJ_DB"]]], ORLOJ_DB=big["ORLOJ_DB"]),
            "logs, empty file": lambda: run([orloj, "logs", name[small["ORLOJ_DB"]]], ORLOJ_DB=small["ORLOJ_DB"])})
        show("logs of one run", times, "logs, a million events", "logs, empty file", "1.2")
    finally:
        server.kill()


try:
    for part in (start_up, durable_step, many_at_once, apply_many, logs_of_many):
        if len(sys.argv) < 3 or part.__name__ in sys.argv[2:]:
            part()
finally:
    shutil.rmtree(work, ignore_errors=True)
