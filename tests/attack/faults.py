"""What orloj stands on gives way: the network, descriptors, memory, disk, clock. Each ends in a clear error, a file that is whole, and
a run that goes on afterwards."""

import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

from person import Person, check, manifest, plain_error

GOOD = {"id": "x", "model": "m", "choices": [{"index": 0, "message": {"role": "assistant", "content": "all well"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1}}


class Rude:
    """A server of raw sockets; `act(connection, head, number)` is what it does with a request. Good when `kind` is set."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.act = self.good
        self.count = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head.lower() else 0
            while len(head.split(b"\r\n\r\n", 1)[1]) < length:
                head += connection.recv(65536)
            self.count += 1
            self.act(connection)
        except OSError:
            pass
        finally:
            connection.close()

    @staticmethod
    def good(connection):
        body = json.dumps(GOOD).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))


def reset_at_once(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_in_the_head(connection):
    connection.sendall(b"HTTP/1.1 200 O")
    reset_at_once(connection)


def reset_in_the_body(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\": \"x\", \"cho")
    time.sleep(0.05)
    reset_at_once(connection)


def stalls(connection):
    connection.recv(1)


def stalls_in_the_body(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\"")
    connection.recv(1)


def trickles(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.1)


def trickles_its_head(connection):
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.1)


def too_short(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n" + json.dumps(GOOD).encode())


def too_long(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n" + json.dumps(GOOD).encode())


def negative_length(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n" + json.dumps(GOOD).encode())


def two_lengths(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\ncontent-length: 300\r\nconnection: close\r\n\r\n" + json.dumps(GOOD).encode())


def wrong_chunks(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n" + json.dumps(GOOD).encode())


def huge_chunk(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n" + json.dumps(GOOD).encode())


def bomb(connection):
    import gzip
    body = gzip.compress(b"\0" * (50 << 20))
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (len(body), body))


def much(start, piece):
    def act(connection):
        connection.sendall(start)
        for _ in range((1 << 30) // len(piece) + 1):
            connection.sendall(piece)
    return act


def lists_that_move(connection):
    """In each event a long list stands one place further on: what one leaves behind must not be kept beside the next."""
    connection.sendall(HEAD % b"text/event-stream")
    for k in range(500):
        connection.sendall(b'data: {"x":[%s[%s0]]}\n\n' % (b"[0]," * k, b"0," * 950_000))


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\nconnection: close\r\n\r\n"
GIGABYTES = {
    "of lists that move": lists_that_move,
    "of one answer": much(HEAD % b"application/json", b" " * (1 << 20)),
    "of an error": much(b"HTTP/1.1 500 X\r\ncontent-type: text/plain\r\n\r\n", b"x" * (1 << 20)),
    "of header": much(b"HTTP/1.1 200 OK\r\n", b"x-a: " + b"y" * 1000 + b"\r\n"),
    "of one header line": much(b"HTTP/1.1 200 OK\r\nx-a: ", b"y" * (1 << 20)),
    "of interim answers": much(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "of one event": much(HEAD % b"text/event-stream" + b"data: ", b"x" * (1 << 20)),
    "of empty events": much(HEAD % b"text/event-stream", b"\n\n: \n" * 200_000),
    "of text": much(HEAD % b"text/event-stream", (b'data: {"choices":[{"index":0,"delta":{"content":"' + b"x" * 1000 + b'"}}]}\n\n') * 1000),
    "of small texts": much(HEAD % b"text/event-stream", b'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n' * 20_000),
    "of calls": much(HEAD % b"text/event-stream", (b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"' + b"x" * 1000 +
                                                   b'"}}]}}]}\n\n') * 1000),
}


def chat(port, **options):
    return ("ModelEndpoint", "chat", {"provider": "openai-compatible", "base_url": f"http://127.0.0.1:{port}/v1", "allowPrivate": True,
                                      "default_model": "m", "options": {"max_retries": "0", "stream": "false", **options}})


SYSTEM = (("Agent", "teller", {"model_ref": "chat", "prompt": "Tell."}), ("AgentSystem", "tellers", {"agents": ["teller"]}))


def whole(person, what):
    """The file is intact, and the same person goes on as if nothing had been."""
    check(f"{what}: the database is whole", not person.integrity(), person.integrity())


def a_rude_server(binary, top):
    """Resets, stalls, trickles, lies about length: one error a run, told within its limits, and the next run is well."""
    person, server = Person(binary, top / "rude"), Rude()
    person.store(*SYSTEM, chat(server.port, timeout="1500ms", first_byte_timeout="600ms", idle_timeout="600ms"))
    for act in (reset_at_once, reset_in_the_head, reset_in_the_body, stalls, stalls_in_the_body, trickles, trickles_its_head, too_short, negative_length,
                two_lengths, wrong_chunks, huge_chunk, bomb):
        server.act = act
        began = time.monotonic()
        done = person("run", "-q", "--system", "tellers", "topic=x")
        took = time.monotonic() - began
        check(f"rude: {act.__name__.replace('_', ' ')}: exit 3 in time, and nothing printed", done.code == 3 and plain_error(done) and not done.out and
              took < 5, f"{took:.1f} s {done}")
    server.act = too_long  # what lies beyond the length is not read
    done = person("run", "-q", "--system", "tellers", "topic=x")
    check("rude: too long: an answer that is none", done.code == 3 and plain_error(done), str(done))
    server.act = server.good
    check("rude: the next run is well", person("run", "-q", "--system", "tellers", "topic=x").out == b"all well\n")
    whole(person, "rude")


def resident(pid):
    """The most memory it had up to now, in MB."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM")), 0)


def a_gigabyte(binary, top):
    """A server that does not stop sending: memory stays bounded, and the run ends."""
    person, server = Person(binary, top / "gigabyte"), Rude()
    person.store(*SYSTEM, chat(server.port, timeout="20s", stream="true"))
    for what, act in GIGABYTES.items():
        server.act = act
        began = time.monotonic()
        with open(person.top / "err", "wb") as err:
            process = person.start("run", "-q", "--system", "tellers", "topic=x", stdout=subprocess.DEVNULL, stderr=err)
        peak = 0
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.002)
        took = time.monotonic() - began
        said = (person.top / "err").read_text(errors="replace")
        check(f"gigabyte {what}: refused, in bounded time and memory", process.returncode == 3 and "error" in said and len(said) < 4000 and
              peak < 250 and took < 25, f"{process.returncode}, {took:.1f} s, {peak} MB, {said[:300]}")
        print(f"faults: a gigabyte {what}: {took:.1f} s, at most {peak} MB: {said.splitlines()[0][:110] if said else ''}")
    whole(person, "gigabyte")


def no_address(binary, top):
    """A name without an address, one that is none, and no network at all."""
    person = Person(binary, top / "dns")
    for host in ("no-such-host.invalid", "a" * 70 + ".invalid", "xn--a.invalid"):
        person.store(*SYSTEM, ("ModelEndpoint", "chat", {"provider": "openai-compatible", "base_url": f"http://{host}:9/v1", "default_model": "m",
                                                         "options": {"max_retries": "0", "timeout": "5s"}}))
        done = person("run", "-q", "--system", "tellers", "topic=x")
        check(f"dns: {host[:24]} is said to have no address", plain_error(done, (2, 3)) and host[:20] in done.said, str(done))
    if os.geteuid() == 0 and shutil.which("unshare"):
        done = person("run", "-q", "--system", "tellers", "--model-ref", "chat", "topic=x", before=["unshare", "-n"])
        check("dns: without any network too", plain_error(done, (2, 3)), str(done))
    whole(person, "dns")


def few_descriptors(binary, top):
    """A hundred agents and twenty descriptors, soft and hard: they wait for each other."""
    person, server = Person(binary, top / "descriptors"), Rude()
    agents = [f"a{n:03}" for n in range(100)]
    person.store(chat(server.port), *(("Agent", name, {"model_ref": "chat", "prompt": "Tell."}) for name in agents),
                 ("AgentSystem", "tellers", {"agents": agents, "graph": {name: {} for name in agents}}))
    for limit in (40, 20, 14, 10, 8, 6, 5, 4, 3):
        done = person("run", "-q", "--system", "tellers", "topic=x", "-o", "json", preexec_fn=lambda limit=limit: resource.setrlimit(
            resource.RLIMIT_NOFILE, (limit, limit)))
        if limit >= 14:
            check(f"descriptors: {limit} are enough for a hundred agents", done.code == 0 and done.out.count(b"all well") >= 100, str(done))
        else:
            check(f"descriptors: {limit}: well, or a clear error", done.code in (0, 127) or plain_error(done), str(done))
        whole(person, f"descriptors: {limit}")
    for task in person("get", "tasks", "-o", "name").out.decode().split():
        status = json.loads(person("get", task, "-o", "json").out)["status"]
        if status.get("interrupted"):
            check("descriptors: what was interrupted goes on", person("resume", "-q", task).code == 0)


def little_memory(binary, top):
    """Address space for less and less: one sentence, never half a file, and with enough of it all goes on."""
    person, server = Person(binary, top / "little-memory"), Rude()
    person.store(*SYSTEM, chat(server.port))
    agents = [manifest("Agent", f"b{n}", {"model_ref": "chat", "prompt": "x" * 2000}) for n in range(300)]
    wrong, refused = [], 0
    for step in range(28):
        size = (4 << 20) + (step << 20) * 2
        for words, typed in ((["get", "agents"], None), (["apply", "-q", "-f", "-"], "---\n".join(agents)),
                             (["create", "secret", f"s{step}", "--stdin"], "sk-memory-0001"), (["run", "-q", "--system", "tellers", "topic=x"], None)):
            done = person(*words, typed=typed, preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_AS, (size, size)))
            if done.code == 0:
                continue
            refused += 1
            loader = done.code == 127 or done.code == -signal.SIGSEGV and not done.said  # the system could not load it
            if not loader and (not plain_error(done) or "not installed" in done.said):
                wrong.append(f"{size >> 20} MB: {done}")
        if person.integrity():
            wrong.append(f"{size >> 20} MB: {person.integrity()}")
    check(f"memory: {refused} commands had too little, and said so", not wrong and refused > 5, f"{refused} {wrong[:4]}")
    stored = len(person("get", "agents", "-o", "name").out.split())
    check("memory: all of an apply or nothing", stored in (1, 301), stored)
    whole(person, "memory")
    check("memory: with enough it goes on", person("run", "-q", "--system", "tellers", "topic=x").code == 0)


def read_only_home(binary, top):
    """A home that cannot be written to: the place is named, and what needs none works."""
    if os.geteuid() != 0:
        return print("faults: without another user no folder is closed to this one")
    stage = top / "read-only"
    stage.mkdir(mode=0o755)
    os.chmod(top, 0o755)
    person = Person(binary, stage / "home")
    person.binary = str(stage / "orloj")
    shutil.copy(binary, person.binary)
    del person.environment["ORLOJ_DB"]
    os.chmod(person.top, 0o555)
    nobody = {"preexec_fn": lambda: (os.setgroups([]), os.setgid(65534), os.setuid(65534))}
    text = manifest("Agent", "a", {"model_ref": "m", "prompt": "p"})
    for words, typed in ((["apply", "-f", "-"], text), (["create", "secret", "s", "--stdin"], "sk-home-0001"), (["run", "-f", "-"], text)):
        done = person(*words, typed=typed, **nobody)
        check(f"home: {words[0]} names the place", plain_error(done, (1, 2)) and "hint" in done.said, str(done))
    for words, typed in ((["get", "agents"], None), (["validate", "-f", "-"], text), (["status"], None), (["explain", "agent"], None), (["--help"], None),
                         (["version"], None), (["secret", "list"], None)):
        done = person(*words, typed=typed, **nobody)
        check(f"home: {words[0]} works", done.code == 0, str(done))
    check("home: nothing was made", not list(person.top.iterdir()))
    os.chmod(person.top, 0o755)
    return None


def clock_jumps(binary, top):
    """The clock of the system is years away, in both directions, between the commands of one run and during one."""
    person, server = Person(binary, top / "clock"), Rude()
    if not shutil.which("faketime"):
        return print("faults: without faketime the clock of a whole process is not turned; the unit tests turn theirs")
    agents = ["teller", "second", "third"]
    person.store(chat(server.port), *(("Agent", name, {"model_ref": "chat", "prompt": "Tell."}) for name in agents), ("AgentSystem", "tellers", {"agents": agents}),
                 ("Task", "t", {"system": "tellers", "input": {"topic": "x"}}))
    server.act = stalls  # until it is killed
    seen = server.count
    process = person.start("run", "-q", "task/t")
    end = time.monotonic() + 10
    while server.count == seen and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    person.finish(process)
    server.act = server.good
    for back in ("2001-01-01", "2090-01-01"):
        for words in (["get", "tasks"], ["logs", "task/t"], ["trace", "task/t"], ["describe", "task/t"], ["status"], ["cost"]):
            done = person(*words, before=["faketime", back])
            check(f"clock: in {back[:4]} {words[0]} works", done.code == 0 and "error" not in done.said, str(done))
    done = person("resume", "-q", "task/t", before=["faketime", "2001-01-01"])
    check("clock: a run of today goes on in 2001", done.code == 0 and done.out == b"all well\n", str(done))
    done = person("run", "-q", "--system", "tellers", "topic=x", before=["faketime", "-f", "+0 x5000"])
    check("clock: and one whose clock races ends well", done.code == 0, str(done))
    done = person("trace", "task/t", "-o", "json")
    check("clock: no duration is negative", all(event.get("duration_ms", 0) >= 0 for event in json.loads(done.out)), str(done))
    return whole(person, "clock")


TESTS = [a_rude_server, a_gigabyte, no_address, few_descriptors, little_memory, read_only_home, clock_jumps]
