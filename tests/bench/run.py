#!/usr/bin/env python3
"""Ratios of orloj against something a reader can run, interleaved in one run on one machine.

    meson compile -C build bench

Nothing here asserts a time: it prints medians and minima, and the ratio beside the ceiling it is held against. All
ratios once more, and whether they stay below their ceilings, are the table at the end.

    python3 tests/bench/run.py build [PART...]       some parts only, named as the functions below
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import socket
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
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


table = []


def hold(what, measured, unit, ceiling):
    """A row of the table at the end."""
    table.append((what, f"{measured:.2f} {unit}", f"{ceiling:g}", "yes" if measured <= ceiling else "no"))


def show_table():
    if not table:
        return
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    print()
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def peak(command, **extra):
    """The most memory that one process had, in KiB."""
    said = subprocess.run([sys.executable, "-c", "import resource, subprocess, sys;"
                           "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
                           "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", *command],
                          env={**env, **extra}, capture_output=True, text=True, check=True)
    return int(said.stdout)


def show(title, times, first, second, ceiling):
    print(f"\n{title}")
    for name, values in times.items():
        print(f"  {name:28} median {statistics.median(values):9.3f} ms   min {min(values):9.3f} ms")
    ratio = statistics.median(a / b for a, b in zip(times[first], times[second]))
    print(f"  {first} / {second}: {ratio:.2f} (minima {min(times[first]) / min(times[second]):.2f}); ceiling {ceiling}")
    if isinstance(ceiling, float):
        hold(title, ratio, "x", ceiling)


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
                "orloj explain agent": [orloj, "explain", "agent"],
                "orloj completion bash": [orloj, "completion", "bash"],
                "names for a TAB": [orloj, "__complete", "bash", "get", "model-endpoint", "e9"],
                "orloj get model-endpoints": [orloj, "get", "model-endpoints"]}
    if shutil.which("sqlite3"):
        commands["sqlite3 shell"] = ["sqlite3", env["ORLOJ_DB"], sql]
    times = side_by_side(100, **commands)
    if "sqlite3 shell" in times:
        show("start-up, 100 resources", times, "orloj get model-endpoints", "sqlite3 shell", 1.3)
        ours, theirs = peak(commands["orloj get model-endpoints"]), peak(commands["sqlite3 shell"])
        print(f"  peak memory {ours} KiB, sqlite3 shell {theirs} KiB: {ours / theirs:.2f}; ceiling 3")
        hold("memory of get", ours / theirs, "x", 3)


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
            if word == "median":
                hold("a durable step, beside a bare request", ours - floor, "ms", 0.3)
        one = work / "answer.json"
        if shutil.which("curl"):
            curl = ["curl", "-s", "-o", str(one), "-d", '{"model":"m","messages":[]}', "-H", "content-type: application/json", url]
            ours, theirs = peak([orloj, "run", "--system", "chain1"]), peak(curl)
            print(f"  peak memory of a run of one step {ours} KiB, of curl {theirs} KiB: {ours / theirs:.2f}; ceiling 1.5")
            hold("memory of a run of one step, beside curl", ours / theirs, "x", 1.5)
    finally:
        server.kill()


def parts_of_a_step():
    """In one process, without a network: where the time of a step goes."""
    folder = work / "steps"
    folder.mkdir()
    print("\na step, part by part (minima)")
    print(subprocess.run([str(build / "tests" / "bench" / "steps"), str(folder)], capture_output=True, text=True, check=True).stdout, end="")


def syncs():
    """What a run waits for on the disk, in a file that has a log already."""
    if not shutil.which("strace"):
        return
    server, port = start_peer()
    try:
        print("\nfsync and fdatasync of one process")
        for steps in (1, 4):
            manifest = chain(steps, port).replace("a0", "y0").replace(f"chain{steps}", f"sync{steps}")
            run([orloj, "apply", "-f", write(f"sync{steps}.yaml", manifest)])
            log = str(work / "strace.txt")
            run(["strace", "-f", "-o", log, "-e", "trace=fsync,fdatasync", orloj, "run", "-q", "--system", f"sync{steps}"])
            print(f"  orloj run, {steps} step{'s' if steps > 1 else ''}: {pathlib.Path(log).read_text().count('sync(')}")
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
        memory = peak([orloj, "run", "--system", f"chain{agents}g"]) / 1024
        print(f"  peak memory {memory:.0f} MB; ceiling 100")
        hold(f"{agents} agents that wait 1 s", min(times) / 1000, "s", 1.3)
        hold("their memory", memory, "MB", 100)
    finally:
        server.kill()


def streamed():
    """What 10,000 pieces of an answer cost beside the run itself: into a pipe, and on a terminal, where each is shown."""
    pieces = 10000
    server, port = start_peer()
    try:
        text = write("stream.sse", subprocess.run([peer, "stream", str(pieces)], capture_output=True, text=True).stdout)
        deltas = str(build / "tests" / "bench" / "deltas")
        for count in (1, pieces):
            manifest = chain(1, port).replace(f":{port}/v1", f":{port}/s{count}/v1")
            for word, name in (("name: bench", f"name: bench{count}"), ("model_ref: bench", f"model_ref: bench{count}"),
                               ("a0", f"s{count}"), ("chain1", f"stream{count}")):
                manifest = manifest.replace(word, name)
            run([orloj, "apply", "-f", write(f"stream{count}.yaml", manifest)])
        floor = min(float(subprocess.run([deltas, text], capture_output=True, text=True, check=True).stdout) for _ in range(5))

        def on_terminal(count):
            return ["script", "-qec", f"{orloj} run -q --system stream{count}", "/dev/null"]

        def piped(count):
            return [orloj, "run", "-q", "--system", f"stream{count}"]

        for how, command in (("into a pipe", piped), ("on a terminal", on_terminal)):
            times = side_by_side(15, **{"all": command(pieces), "one": command(1)})
            took = statistics.median(times["all"]) - statistics.median(times["one"])
            print(f"\na streamed answer of {pieces} pieces, {how}\n  {took:.2f} ms; splitting and simdjson alone {floor:.2f} ms: "
                  f"{took / floor:.1f}; ceiling 5; {pathlib.Path(text).stat().st_size / took / 1000:.0f} MB/s")
            hold(f"a streamed answer, {how}", took / floor, "x", 5)
    finally:
        server.kill()


def tls_server(certificate, key):
    """Answers every POST; a thread for each connection."""
    body = (b'{"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant",'
            b'"content":"A short answer."},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":5}}')
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            seen = b""
            while True:
                got = connection.recv(65536)
                if not got:
                    return
                seen += got
                head, end, rest = seen.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                if end and len(rest) >= int(length[1]):
                    seen = b""
                    connection.sendall(answer)
        except OSError:
            pass
        finally:
            connection.close()

    def accept():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def first_https():
    """What TLS adds to the first call, with the certificates of this machine in a hashed directory."""
    if not shutil.which("openssl"):
        return
    certificate, key, store = str(work / "tls.pem"), str(work / "tls.key"), work / "certs"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    store.mkdir()
    for link in pathlib.Path("/etc/ssl/certs").glob("*.[0-9]"):
        shutil.copy(link, store / link.name)
    name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], capture_output=True, text=True).stdout.strip()
    shutil.copy(certificate, store / f"{name}.0")
    ports = {"https": tls_server(certificate, key), "http": tls_server(None, None)}
    for scheme, port in ports.items():
        manifest = chain(1, port).replace("http://", scheme + "://")
        for word, name in (("name: bench", f"name: {scheme}"), ("model_ref: bench", f"model_ref: {scheme}"),
                           ("a0", f"t{scheme}"), ("chain1", f"tls{scheme}")):
            manifest = manifest.replace(word, name)
        run([orloj, "apply", "-f", write(f"{scheme}.yaml", manifest)])
    commands = {}
    for scheme, port in ports.items():
        commands[f"orloj {scheme}"] = lambda scheme=scheme: run([orloj, "run", "-q", "--system", f"tls{scheme}"], SSL_CERT_DIR=str(store))
        commands[f"curl {scheme}"] = [peer, "loop", f"{scheme}://127.0.0.1:{port}/v1/chat/completions", "1", str(store)]
    times = side_by_side(40, **commands)
    low = {name: statistics.median(values) for name, values in times.items()}
    ours, floor = low["orloj https"] - low["orloj http"], low["curl https"] - low["curl http"]
    print(f"\nfirst HTTPS call: TLS adds {ours:.2f} ms, to a bare libcurl {floor:.2f} ms: {ours / floor:.2f}; ceiling 1.3")
    hold("what TLS adds to the first call", ours / floor, "x", 1.3)


def apply_many():
    for count in (1000, 10000, 100000):
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

        times = side_by_side(5 if count < 100000 else 1, **{f"apply {count} files": fresh,
                                   "yaml-cpp alone": [str(build / "tests" / "bench" / "yaml"), str(folder)]})
        show(f"apply, {count} resources", times, f"apply {count} files", "yaml-cpp alone", 3.0)
    among = {f"get among {count}": [orloj, "get", "agent/agent-7", "--db", str(work / f"many{count}.db")] for count in (1000, 100000)}
    show("one resource, among a hundred times as many", side_by_side(50, **among), "get among 100000", "get among 1000", 1.2)


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
        show("logs of one run", times, "logs, a million events", "logs, empty file", 1.2)
    finally:
        server.kill()


def live_view():
    """What showing a thousand agents that wait costs: the processor time of one second, on a terminal and in a pipe."""
    agents, seconds = 1000, 6
    server, port = start_peer(str((seconds + 3) * 1000))

    def spent(words):
        """Percent of a core between the second and the last but one second of the wait."""
        pid, terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.execve(orloj, [orloj, "run", "--system", f"chain{agents}g", *words], {**env, "TERM": "xterm-256color"})
        threading.Thread(target=lambda: drain(terminal), daemon=True).start()
        time.sleep(2)
        before = ticks_of(pid)
        time.sleep(seconds)
        used = ticks_of(pid) - before
        os.waitpid(pid, 0)
        return 100 * used / os.sysconf("SC_CLK_TCK") / seconds

    def drain(terminal):
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:
            pass

    def ticks_of(pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    try:
        graph = ", graph: {" + ", ".join(f"a{i}: {{}}" for i in range(agents)) + "}"
        run([orloj, "apply", "-f", write("live.yaml", chain(agents, port, graph))])
        live, quiet = spent([]), spent(["--quiet"])
        print(f"\n{agents} agents that wait for their answers, on a terminal\n"
              f"  live view {live:.2f} % of a core, without (--quiet) {quiet:.2f} %; the view may cost 1")
        hold(f"the live view of {agents} agents", live - quiet, "% of a core", 1)
    finally:
        server.kill()


def replay():
    """A hundred recorded steps made anew, beside the sqlite3 shell that reads their events and messages; and a thousand."""
    steps = 100
    store = {"ORLOJ_DB": str(work / "replay.db")}
    tasks = {}
    server, port = start_peer()
    try:
        for count in (steps, 10 * steps):
            run([orloj, "apply", "-f", write("replay.yaml", chain(count, port))], **store)
            run([orloj, "run", "-q", "--system", f"chain{count}"], **store)
            names = subprocess.run([orloj, "get", "tasks", "-o", "name"], env={**env, **store}, capture_output=True, text=True).stdout.split()
            tasks[count] = [name for name in names if f"chain{count}-" in name][0]
    finally:
        server.kill()
    task = tasks[steps]
    commands = {"orloj version": [orloj, "version"], "orloj replay, 100 steps": lambda: run([orloj, "replay", task], **store)}
    if shutil.which("sqlite3"):
        commands["sqlite3 shell"] = ["sqlite3", store["ORLOJ_DB"], "select * from event; select * from message"]
    times = side_by_side(50, **commands)
    took = statistics.median(times["orloj replay, 100 steps"])
    print(f"\nreplay of {steps} recorded steps\n  {took:.2f} ms in all (minimum {min(times['orloj replay, 100 steps']):.2f}); ceiling 5; "
          + "; ".join(f"{name} {statistics.median(values):.2f} ms" for name, values in times.items() if "replay" not in name))
    hold(f"replay of {steps} steps", took, "ms", 5)
    long = side_by_side(10, long=lambda: run([orloj, "replay", tasks[10 * steps]], **store))["long"]
    each = (statistics.median(long) - took) / (9 * steps)
    print(f"  a step {1000 * took / steps:.0f} us with all that comes before, {1000 * each:.0f} us each of 900 more")
    if shutil.which("strace"):
        log = str(work / "strace.txt")
        run(["strace", "-f", "-o", log, "-e", "trace=socket", orloj, "replay", task], **store)
        print(f"  sockets opened: {pathlib.Path(log).read_text().count('socket(')}")


def page_of_a_run():
    """A run of many events as a page, beside the same events read and printed as JSON."""
    server, port = start_peer()
    try:
        for steps in (250, 2500):
            store = {"ORLOJ_DB": str(work / f"page{steps}.db")}
            run([orloj, "apply", "-f", write("page.yaml", chain(steps, port))], **store)
            run([orloj, "run", "-q", "--system", f"chain{steps}", "--max-calls", "3000"], **store)
            task = subprocess.run([orloj, "get", "tasks", "-o", "name"], env={**env, **store}, capture_output=True,
                                  text=True).stdout.split()[0]
            events = subprocess.run([orloj, "trace", task, "-o", "jsonl"], env={**env, **store}, capture_output=True).stdout.count(b"\n")
            times = side_by_side(5, **{"report": lambda: run([orloj, "report", task], **store),
                                       "trace -o json": lambda: run([orloj, "trace", task, "-o", "json"], **store)})
            show(f"a page of {events} events", times, "report", "trace -o json", "1,000 ms for 10,000 events")
    finally:
        server.kill()


def many_tasks():
    store = {**env, "ORLOJ_DB": str(work / "tasks.db")}
    subprocess.run([orloj, "apply", "-q", "-f", str(pathlib.Path(__file__).parents[2] / "examples/delegates"), "--run"],
                   env=store, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    filler = ("with recursive c(i) as (select 1 union all select i + 1 from c where i < 100000) insert into resource"
              "(kind, namespace, name, spec, spec_hash, generation, resource_version, created_at, updated_at) select 'Task',"
              "'default', printf('t-%06d', i), spec, spec_hash, 1, 1, i, i from c, resource where kind = 'Task';"
              "insert into run(namespace, task, system, phase, stopped_reason, attempts, engine_version, created_at, started_at,"
              "finished_at, output) select 'default', resource.name, system, phase, stopped_reason, 1, '2', 1, 2, 3, output "
              "from resource, run where kind = 'Task' and resource.id % 10 and resource.name like 't-%';")
    subprocess.run([sys.executable, "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]);"
                    "c.execute('pragma wal_checkpoint(truncate)')", store["ORLOJ_DB"], filler], check=True)
    rows = ("select r.name, r.spec, run.phase, run.attempts, run.last_error from resource r left join run on "
            "run.namespace = r.namespace and run.task = r.name where kind = 'Task' order by r.namespace, r.name")
    times = side_by_side(5, **{
        "get tasks, 100,000": lambda: run([orloj, "get", "tasks"], ORLOJ_DB=store["ORLOJ_DB"]),
        "sqlite3, the same rows": lambda: run(["sqlite3", store["ORLOJ_DB"], rows])})
    show("get tasks", times, "get tasks, 100,000", "sqlite3, the same rows", "10, and under a second")


def aws():
    """In one process: too little to be seen beside the start of one."""
    print("\nrequests to AWS and their answers (minima)")
    print(subprocess.run([str(build / "tests" / "bench" / "aws")], capture_output=True, text=True, check=True).stdout, end="")


parts = (start_up, durable_step, parts_of_a_step, syncs, many_at_once, streamed, first_https, aws, apply_many, logs_of_many,
         many_tasks, replay, live_view, page_of_a_run)
unknown = set(sys.argv[2:]) - {part.__name__ for part in parts}
if unknown:
    sys.exit(f"there is no part {' '.join(sorted(unknown))}; there are {' '.join(part.__name__ for part in parts)}")
try:
    for part in parts:
        if len(sys.argv) < 3 or part.__name__ in sys.argv[2:]:
            part()
    show_table()
finally:
    shutil.rmtree(work, ignore_errors=True)
