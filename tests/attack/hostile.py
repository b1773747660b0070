"""Manifests and folders that somebody made to be read by another: bounded in time and memory, one clear answer, nothing stored."""

import os
import resource
import time

from person import Person, check, manifest, plain_error

AGENT = manifest("Agent", "a", {"model_ref": "m", "prompt": "p"})
SECONDS, MEMORY = 10, 600 << 20  # far above what is needed


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def laughs(levels=9):
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, levels)]
    return "\n".join(lines) + "\nkind: Agent\nmetadata: {name: x}\nspec: {model_ref: m, prompt: *a%d}\n" % (levels - 1)


def texts():
    return {
        "ten megabytes of one text": "kind: Agent\nmetadata: {name: x}\nspec: {model_ref: m, prompt: " + "x" * (10 << 20) + "}\n",
        "ten megabytes of brackets": "[" * (10 << 20),
        "ten megabytes of braces": "{" * (10 << 20),
        "ten megabytes of dashes": "- " * (5 << 20),
        "ten megabytes of JSON brackets": '{"kind": "Agent", "spec": ' + "[" * (10 << 20),
        "a megabyte of keys": "kind: Nothing\nspec:\n" + "".join(f"  k{n}: v\n" for n in range(150_000)),
        "a megabyte of anchors": "".join(f"k{n}: &a{n} v\n" for n in range(120_000)),
        "half a megabyte of tags": "!!x " * (1 << 17),
        "megabytes of escapes": 'kind: "' + "\\u0041" * (10 << 17) + '"\n',
        "deep": "kind: Agent\nspec:\n" + "".join("  " * n + "a:\n" for n in range(1, 3000)),
        "deep JSON": '{"a":' * 100_000 + "1" + "}" * 100_000,
        "laughs": laughs(),
        "an alias in itself": "kind: Agent\nmetadata: &m {name: x, labels: *m}\nspec: {}\n",
        "merge": "x: &x {a: 1}\n<<: [*x, *x]\nkind: Agent\n",
        "a comma": ",\n", "only an anchor": "&", "only an alias": "*", "only a tag": "!", "a directive": "%YAML 9.9\n---\nkind: Agent\n",
        "zero bytes": "kind: Agent\0\nmetadata: {name: x}\n", "wrong UTF-8": "kind: \xff\xfe\n", "a tag of a language": "!!python/object/apply:os.system ['id']\n",
        "a number that is none": "kind: Agent\nmetadata: {name: x}\nspec: {model_ref: m, prompt: p, limits: {max_steps: 99999999999999999999999999}}\n",
        "a name like a path": manifest("Agent", "../../etc/passwd", {"model_ref": "m", "prompt": "p"}),
        "a name with escapes": 'kind: Agent\nmetadata: {name: "\\e]0;owned\\a\\e[2J"}\nspec: {model_ref: m, prompt: p}\n',
        "a thousand documents": "---\nkind: Nothing\n" * 1000,
    }


def hostile_texts(binary, top):
    person = Person(binary, top / "texts")
    for what, text in texts().items():
        for command in ("apply", "validate") if len(text) < 1 << 18 else ("apply",):
            data = text.encode("latin-1" if what == "wrong UTF-8" else "utf-8")
            began = time.monotonic()
            done = person(command, "-f", "-", typed=data, preexec_fn=limited)
            took = time.monotonic() - began
            fine = plain_error(done) and b"\x1b" not in done.err + done.out and len(done.err) < (4000 if what != "a thousand documents" else 500_000)
            check(f"texts: {what}: {command} refuses it", fine and took < SECONDS, f"{took:.1f} s {len(done.err)} bytes, {done}")
    agents = person("get", "agents", "-o", "name")
    check("texts: nothing of it is stored", agents.out == b"", str(agents))


def hostile_folders(binary, top):
    """What may lie in a folder beside a manifest."""
    def pipe(folder):
        os.mkfifo(folder / "pipe.yaml")

    def device(folder):
        (folder / "zero.yaml").symlink_to("/dev/zero")

    def huge(folder):
        with open(folder / "huge.yaml", "wb") as file:
            file.truncate(1 << 40)

    def loop(folder):
        (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
        (folder / "round").symlink_to(folder)
        (folder / "a.yaml").symlink_to(folder / "b.yaml")
        (folder / "b.yaml").symlink_to(folder / "a.yaml")

    def outwards(folder):
        (folder / "out.yaml").symlink_to("/etc/passwd")

    def folder_outwards(folder):
        (folder / "out").symlink_to("/etc")

    def named(folder):
        for name in ("a\nerror: all is lost.yaml", "a\x1b]0;owned\x07.yaml", "a\u202egnp.yaml", "--yes.yaml", "$(id).yaml", "'; x.yaml"):
            (folder / name).write_text("kind: Wrong\nmetadata: {name: x}\n")
        (folder / "broken").mkdir()
        with open(os.fsencode(folder / "broken") + b"/\xff\xfe.yaml", "w") as file:
            file.write("kind: Wrong\n")

    def deep(folder):
        at = os.open(folder, os.O_RDONLY)
        for _ in range(1200):  # a path longer than the system takes
            os.mkdir("dddddddd", dir_fd=at)
            below = os.open("dddddddd", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = below
        os.close(at)

    def closed(folder):
        (folder / "closed.yaml").write_text(AGENT)
        os.chmod(folder / "closed.yaml", 0)

    def folder_named_so(folder):
        (folder / "x.yaml").mkdir()

    refused = {huge: "larger than", outwards: "leads out of", named: "unsupported kind"}
    for make in (pipe, device, huge, loop, outwards, folder_outwards, named, deep, closed, folder_named_so):
        person = Person(binary, top / f"folder-{make.__name__}")
        folder = person.top / "given"
        folder.mkdir()
        (folder / "good.yaml").write_text(AGENT)
        make(folder)
        began = time.monotonic()
        done = person("apply", "-f", "given", preexec_fn=limited)
        took = time.monotonic() - began
        fine = took < SECONDS and b"\x1b" not in done.err and b"\n" + b"error: all is lost" not in done.err
        if make in refused or done.code != 0:
            fine = fine and plain_error(done) and refused.get(make, "") in done.said and not person("get", "agents", "-o", "name").out
        check(f"folders: {make.__name__.replace('_', ' ')}: bounded, and clear", fine, f"{took:.1f} s, {done}")
        for words in (["validate", "-f", "given"], ["diff", "-f", "given"], ["run", "-f", "given"]):
            done = person(*words, preexec_fn=limited)
            check(f"folders: {make.__name__.replace('_', ' ')}: {words[0]} too", b"\x1b" not in done.err + done.out and done.code in (0, 1, 2) and
                  "in time" not in done.said, str(done))
        if make is deep:
            import subprocess
            subprocess.run(["rm", "-rf", str(folder)], check=False)


def named_directly(binary, top):
    """The same named by hand: what never ends is read up to the limit of a file."""
    person = Person(binary, top / "direct")
    for path, word in (("/dev/zero", "larger than"), ("/dev/full", "larger than"), ("/proc/self/mem", "cannot read"), ("/dev/null", "")):
        done = person("apply", "-f", path)
        check(f"named: {path} ends", (plain_error(done) and word in done.said) if word else "in time" not in done.said, str(done))
    for words in (["run", "--system", "s", "--input-file", "topic=/dev/zero"], ["create", "secret", "x", "--from-file", "value=/dev/zero"],
                  ["secret", "key", "import", "/dev/zero"], ["run", "--system", "s", "--replay", "/dev/zero"], ["restore", "/dev/zero", "--yes"]):
        done = person(*words)
        check(f"named: {' '.join(words)} ends", plain_error(done), str(done))


TESTS = [hostile_texts, hostile_folders, named_directly]
