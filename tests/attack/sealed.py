"""What somebody can do who may write to the database but has no key, and a rotation that is stopped anywhere."""

import contextlib
import re
import shutil
import sqlite3

from echo import Echo
from leaks import endpoint
from person import Person, check, plain_error

KEY, OTHER = "sk-sealed-canary/0001+AAA", "sk-sealed-canary/0002+BBB"


@contextlib.contextmanager
def opened(person):
    connection = sqlite3.connect(person.database)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def sealed_of(person, name):
    with opened(person) as db:
        return db.execute("SELECT sealed FROM secret_value JOIN resource ON id = resource_id WHERE name = ? AND namespace = 'default' AND key = 'value'",
                          (name,)).fetchone()[0]


def put_sealed(person, name, sealed):
    with opened(person) as db:
        db.execute("UPDATE secret_value SET sealed = ? WHERE key = 'value' AND resource_id = "
                   "(SELECT id FROM resource WHERE kind = 'Secret' AND namespace = 'default' AND name = ?)", (sealed, name))


def tampered(binary, top):
    """A sealed value that was changed, cut or moved is never sent, and each time the same is said."""
    person, echo = Person(binary, top / "sealed"), Echo()
    person.must("create", "secret", "one", "--from-literal", "value=" + KEY, "--from-literal", "other=" + OTHER)
    person.must("create", "secret", "two", "--from-literal", "value=" + OTHER)
    person.must("create", "secret", "one", "-n", "team", "--from-literal", "value=" + OTHER)
    person.store(("Agent", "teller", {"model_ref": "chat", "prompt": "Tell."}), ("AgentSystem", "tellers", {"agents": ["teller"]}),
                 endpoint("chat", "openai-compatible", echo.port, secret="one"))

    def refused(what):
        before = len(echo.seen)
        done = person("run", "-q", "--system", "tellers", "topic=x")
        wrong = [] if len(echo.seen) == before else ["it was sent: " + str(echo.seen[-1][1])]
        if done.code != 2 or not plain_error(done) or KEY in done.said or OTHER in done.said:
            wrong.append(str(done))
        said.add(re.sub("'[0-9a-f]{16}'", "ID", done.said.split(": ", 1)[-1].splitlines()[0]))
        return [f"{what}: {text}" for text in wrong]

    good = sealed_of(person, "one")
    wrong, said = [], set()
    for n in range(len(good)):
        put_sealed(person, "one", good[:n] + bytes([good[n] ^ (1 << n % 8)]) + good[n + 1:])
        wrong += refused(f"byte {n}")
    check(f"sealed: each of {len(good)} bytes counts", not wrong, wrong[:3])
    wrong = []
    for n in range(len(good)):
        put_sealed(person, "one", good[:n])
        wrong += refused(f"cut to {n}")
    for more in (b"\0", good, b"x" * 100_000):
        put_sealed(person, "one", good + more)
        wrong += refused(f"{len(more)} bytes more")
    check("sealed: none of its lengths but the right one opens", not wrong, wrong[:3])

    with opened(person) as db:
        cells = {(ns, name, key): sealed for ns, name, key, sealed in db.execute(
            "SELECT namespace, name, key, sealed FROM secret_value JOIN resource ON id = resource_id")}
    wrong = []
    for place, sealed in cells.items():
        if place != ("default", "one", "value"):
            put_sealed(person, "one", sealed)
            wrong += refused(f"the value of {place}")
    put_sealed(person, "one", good)
    with opened(person) as db:
        db.execute("UPDATE resource SET name = 'kept' WHERE kind = 'Secret' AND name = 'one' AND namespace = 'default'")
        db.execute("UPDATE resource SET name = 'one' WHERE kind = 'Secret' AND name = 'two'")
    wrong += refused("a secret under another's name")
    with opened(person) as db:
        db.execute("UPDATE resource SET name = 'two' WHERE kind = 'Secret' AND name = 'one' AND namespace = 'default'")
        db.execute("UPDATE resource SET name = 'one' WHERE kind = 'Secret' AND name = 'kept'")
    check("sealed: moved to another key, name or namespace it does not open", not wrong, wrong[:3])
    check("sealed: the same is said of every change", len(said) == 2, said)
    check("sealed: put back it opens", person("run", "-q", "--system", "tellers", "topic=x").code == 0)

    # What is not promised: an older value of the same place, sealed with a key that is still there, opens.
    person.must("create", "secret", "one", "--from-literal", "value=" + OTHER)
    put_sealed(person, "one", good)
    check("sealed: an older value of the same place opens (README.md says why)",
          person("run", "-q", "--system", "tellers", "topic=x").code == 0 and KEY in str(echo.seen[-1][1]))
    echo.stop()


SYSCALLS = {"write": 4, "pwrite64": 40, "fsync": 4, "fdatasync": 8, "rename": 3, "renameat2": 2, "unlink": 6, "ftruncate": 6, "fchmod": 3}


def stopped_rotation(binary, top):
    """`secret rotate-key` ends, or is refused a system call, at each of its writes: every value opens afterwards."""
    if not shutil.which("strace"):
        return print("sealed: without strace a rotation cannot be stopped at each of its writes")
    person = Person(binary, top / "rotation")
    secrets = "---\n".join('{"kind": "Secret", "metadata": {"name": "s%d"}, "spec": {"stringData": {"value": "sk-rotated-%04d"}}}\n' % (n, n)
                           for n in range(12))
    person.must("apply", "-q", "-f", "-", typed=secrets)
    person.must("secret", "rotate-key")
    stopped, wrong, errors = 0, [], 0
    for way in ("signal=KILL", "error=EIO", "error=ENOSPC"):
        for call, most in SYSCALLS.items():
            for number in range(1, most + 1):
                log = person.top / "strace.txt"
                done = person("secret", "rotate-key", before=["strace", "-f", "-o", str(log), "-e", "trace=" + call, "-e",
                                                             f"inject={call}:{way}:when={number}"])
                hit = "INJECTED" in log.read_text() or "SIGKILL" in log.read_text()
                log.unlink()
                if not hit:
                    break  # there are no more of them
                stopped += 1
                where = f"{way} at {call} {number}"
                if way != "signal=KILL" and done.code != 0:
                    errors += 1
                    if not plain_error(done):
                        wrong.append(f"{where}: {done}")
                again = person("apply", "-f", "-", typed=secrets)
                if again.code != 0 or again.out.count(b"unchanged") != 12:
                    wrong.append(f"{where}: {again}")
                if person.integrity() or person.key.stat().st_mode & 0o777 != 0o600:
                    wrong.append(f"{where}: {person.integrity()} {oct(person.key.stat().st_mode)}")
    print(f"sealed: a rotation was stopped at {stopped} places, {errors} of them with an error")
    check(f"rotation: stopped {stopped} times, every value opens", not wrong and stopped > 20 and errors > 5,
          f"{stopped} {errors} {wrong[:4]}")
    check("rotation: and the next one goes through", person("secret", "rotate-key").code == 0)
    left = [path.name for path in person.key.parent.iterdir() if path.name != "key"]
    check("rotation: keys that a kill left beside the key file are private", all(
        (person.key.parent / name).stat().st_mode & 0o777 == 0o600 for name in left), left)


def wrong_keys(binary, top):
    """The key is another's, gone, empty, or that from before a rotation: said in one sentence, nothing made or changed."""
    person = Person(binary, top / "keys")
    person.must("create", "secret", "one", "--from-literal", "value=" + KEY)
    old = person.key.read_bytes()
    person.must("secret", "rotate-key")
    new = person.key.read_bytes()
    stranger = Person(binary, top / "stranger")
    stranger.must("create", "secret", "one", "--from-literal", "value=" + KEY)
    before = person.database.read_bytes()
    for what, content in (("that from before", old), ("another's", stranger.key.read_bytes()), ("none", None), ("empty", b""),
                          ("half", new[:30]), ("one byte changed", new[:20] + bytes([new[20] ^ 1]) + new[21:]), ("bytes", b"\0" * 500)):
        person.key.unlink(missing_ok=True)
        if content is not None:
            person.key.write_bytes(content)
            person.key.chmod(0o600)
        for words in (["secret", "rotate-key"], ["secret", "rotate-key", "--current"]):
            done = person(*words)
            check(f"keys: {what}: {' '.join(words)} is refused", plain_error(done, (1, 2)), str(done))
        now = person.key.read_bytes() if person.key.exists() else None
        check(f"keys: {what}: no key is made or changed", now == content)
    person.key.write_bytes(new)
    check("keys: with the right one all is as before",
          person("create", "secret", "one", "--from-literal", "value=" + KEY).out == b"unchanged secret/one\n" and
          before[:100] == person.database.read_bytes()[:100])


TESTS = [tampered, stopped_rotation, wrong_keys]
