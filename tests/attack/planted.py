"""Files, links and folders that somebody else has put where orloj writes, reads or looks."""

import json
import os
import shutil
import sqlite3
import stat

from person import Person, check, manifest, plain_error

KEY = "sk-planted-canary/0001+AAA"
STRANGER, VICTIM = 65533, 65534
PRECIOUS = b"this must stay as it is\n"


def as_victim():
    os.setgroups([])
    os.setgid(VICTIM)
    os.setuid(VICTIM)


class Place:
    """A shared folder like /tmp, a victim with a home, and the program where the victim can reach it."""

    def __init__(self, binary, top):
        top.mkdir(mode=0o755)
        os.chmod(top.parent, 0o755)
        self.shared = top / "shared"
        self.shared.mkdir()
        os.chmod(self.shared, 0o1777)
        self.person = Person(binary, top / "home")
        self.person.binary = str(top / "orloj")
        shutil.copy(binary, self.person.binary)
        del self.person.environment["ORLOJ_DB"]
        os.chown(self.person.top, VICTIM, VICTIM)
        self.precious = self.person.top / "precious"
        self.precious.write_bytes(PRECIOUS)
        os.chown(self.precious, VICTIM, VICTIM)

    def __call__(self, *words, folder=None, **more):
        def begin():
            as_victim()
            os.chdir(folder or self.person.top)
        return self.person(*words, preexec_fn=begin, **more)

    def intact(self):
        return self.precious.read_bytes() == PRECIOUS and stat.S_IMODE(self.precious.stat().st_mode) == 0o644


def strangers(path, mode):
    os.chown(path, STRANGER, STRANGER, follow_symlinks=False)
    if not path.is_symlink():
        os.chmod(path, mode)


def links(binary, top):
    """A link at each place that a command writes to: what it leads to stays as it is."""
    if os.geteuid() != 0:
        return print("planted: only root can act as two users")
    place = Place(binary, top / "links")
    place("create", "secret", "one", "--from-literal", "value=" + KEY)
    place("apply", "-q", "--no-run", "-f", "-", typed=manifest("ModelEndpoint", "mock", {"provider": "mock", "default_model": "m"}) + "---\n" +
          manifest("Agent", "a", {"model_ref": "mock", "prompt": "p"}) + "---\n" + manifest("AgentSystem", "s", {"agents": ["a"]}))
    writers = {
        "backup": lambda target: ["backup", target], "backup by force": lambda target: ["backup", target, "--force"],
        "key backup": lambda target: ["secret", "key", "export", "--out", target],
        "recording": lambda target: ["run", "-q", "--system", "s", "topic=x", "--record", target],
        "recover": lambda target: ["recover", target], "database": lambda target: ["--db", target, "apply", "-q", "-f", "-"],
        "generated": lambda target: ["init", target],
    }
    for what, words in writers.items():
        for kind in ("to a file", "to nothing", "to a folder"):
            target = place.shared / f"{what} {kind}".replace(" ", "-")
            target.symlink_to({"to a file": place.precious, "to nothing": place.person.top / "made", "to a folder": place.person.top}[kind])
            strangers(target, 0)
            done = place(*words(str(target)), typed=manifest("Agent", "b", {"model_ref": "mock", "prompt": "p"}))
            check(f"links: {what} does not follow a link {kind}", place.intact() and not (place.person.top / "made").exists() and
                  (done.code == 0 or plain_error(done)), str(done))
            if kind != "to a folder":
                check(f"links: {what} says so", done.code != 0 or not target.is_symlink(), str(done))
    hard = place.shared / "hard"
    os.link(place.precious, hard)
    place("backup", str(hard), "--force")
    check("links: a backup by force replaces a name, not what it leads to", place.intact())


def beside(binary, top):
    """What stands beside a database in a shared folder before it is made: its log, its index, its lock, its journal."""
    if os.geteuid() != 0:
        return None
    place = Place(binary, top / "beside")
    text = manifest("Agent", "b", {"model_ref": "mock", "prompt": "p"})
    for ending in ("", "-wal", "-shm", "-lock", "-journal"):
        for kind in ("link", "file", "open file", "folder", "pipe"):
            database = place.shared / f"x{ending}-{kind.replace(' ', '-')}.db"
            planted = database.with_name(database.name + ending)
            if kind == "link":
                planted.symlink_to(place.precious)
            elif kind == "folder":
                planted.mkdir()
            elif kind == "pipe":
                os.mkfifo(planted)
            else:
                planted.write_bytes(b"")
            strangers(planted, 0o600 if kind == "file" else 0o777)
            done = place("--db", str(database), "apply", "-q", "-f", "-", typed=text)
            ran = place("--db", str(database), "run", "-q", "--system", "s", "topic=x")
            good = place.intact() and (done.code == 0 or plain_error(done)) and (ran.code == 0 or plain_error(ran, (1, 2)))
            check(f"beside: a {kind} at 'x.db{ending}' changes nothing of the person's", good and "in time" not in done.said, f"{done} {ran}")
    return None


def planted_folders(binary, top):
    """A folder or database that belongs to somebody else is not used because it happens to lie there."""
    if os.geteuid() != 0:
        return None
    place = Place(binary, top / "folders")
    evil = Person(binary, top / "evil")
    evil.environment["ORLOJ_SECRET_KEY"] = KEY
    evil.must("apply", "-q", "--no-run", "-f", "-", typed=manifest("Agent", "evil", {"model_ref": "m", "prompt": "p"}))
    work = place.shared / "work"
    work.mkdir(mode=0o755)
    os.chown(work, VICTIM, VICTIM)
    for folder in (place.shared / ".orloj", work / ".orloj"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(evil.database, folder / "orloj.db")
        strangers(folder / "orloj.db", 0o666)
        strangers(folder, 0o777)
        done = place("get", "agents", folder=work)
        check(f"folders: another's {folder.name} in {folder.parent.name} is passed over, and said", b"evil" not in done.out and
              "belongs to another user" in done.said, str(done))
        shutil.rmtree(folder)
    # A home that others may write to: they can put whole folders there.
    os.chmod(place.person.top, 0o777)
    done = place("create", "secret", "one", "--from-literal", "value=" + KEY)
    check("folders: nothing begins in a home that everybody may write to", plain_error(done, (1, 2)), str(done))
    ours = place.person.top / ".local/share/orloj"
    ours.mkdir(parents=True)
    shutil.copy(evil.database, ours / "orloj.db")
    for path in (place.person.top / ".local", ours.parent, ours):
        strangers(path, 0o755)
    strangers(ours / "orloj.db", 0o644)
    done = place("get", "agents")
    check("folders: nor is a database there used that somebody else made", b"evil" not in done.out and plain_error(done, (1, 2)), str(done))
    config = place.person.top / ".config/orloj"
    config.mkdir(parents=True)
    shutil.copy(evil.top / ".config/orloj/key", config / "key") if (evil.top / ".config/orloj/key").exists() else (config / "key").write_text(
        "orloj-key-v1 " + "A" * 43 + "=\n")
    strangers(config / "key", 0o600)
    os.chmod(config / "key", 0o600)
    done = place("--db", str(place.shared / "own.db"), "create", "secret", "one", "--from-literal", "value=" + KEY)
    check("folders: nor a key of somebody else's", plain_error(done, (1, 2)), str(done))
    return None


def modes(binary, top):
    """Whatever the mask, what is made is its owner's alone; and who sees a folder of an applied tree cannot change that."""
    person = Person(binary, top / "modes")
    text = manifest("ModelEndpoint", "mock", {"provider": "mock", "default_model": "m"}) + "---\n" + manifest(
        "Agent", "a", {"model_ref": "mock", "prompt": "p"}) + "---\n" + manifest("AgentSystem", "s", {"agents": ["a"]})
    loose = {"preexec_fn": lambda: os.umask(0)}
    person("apply", "-q", "--no-run", "-f", "-", typed=text, **loose)
    person("create", "secret", "one", "--from-literal", "value=" + KEY, **loose)
    for words in (["run", "-q", "--system", "s", "topic=x", "--record", "run.jsonl"], ["backup", "saved.db"], ["recover", "recovered.db"],
                  ["secret", "key", "export", "--out", "key.txt"], ["secret", "rotate-key"]):
        done = person(*words, **loose)
        check(f"modes: {words[0]} works", done.code == 0, str(done))
    with sqlite3.connect(person.database) as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM run").fetchall()
        person("run", "-q", "--system", "s", "topic=x", **loose)
        open_to_others = {str(path.relative_to(person.top)): oct(path.stat().st_mode & 0o777) for path in person.top.rglob("*") if
                          path.stat().st_mode & 0o077}
    check("modes: no file or folder is open to others", not open_to_others, json.dumps(open_to_others))


TESTS = [links, beside, planted_folders, modes]
