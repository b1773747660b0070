#!/usr/bin/env python3
"""What `meson install` puts where, and how the installed program is hardened.

    check.py --build DIR

Installs into a scratch folder and compares the files with what the source tree has; then asks readelf and nm about
the program. The last line is 'N passed, N failed'.
"""

import argparse
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# These build orloj, which whoever has it installed need not.
NOT_INSTALLED = {"quickstart.sh", "quickstart_ollama.py"}

failures = []
passed = 0


def check(good, what):
    global passed
    if good:
        passed += 1
    else:
        failures.append(what)
        print(f"-- {what}")


def said(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def expected(options):
    """Each path below the prefix, and what it is: 'program', 'file', 'script' or the target of a link."""
    def place(option, *rest):
        return str(pathlib.PurePath(options[option], *rest))

    out = {place("bindir", "orloj"): "program", place("bindir", "orlojctl"): "-> orloj",
           place("mandir", "man1", "orlojctl.1"): "-> orloj.1"}
    for page in (ROOT / "man").glob("*.[0-9]"):
        out[place("mandir", f"man{page.suffix[1:]}", page.name)] = "file"
    share = options["datadir"]
    out.update({
        f"{share}/bash-completion/completions/orloj": "file",
        f"{share}/bash-completion/completions/orlojctl": "-> orloj",
        f"{share}/zsh/site-functions/_orloj": "file",
        f"{share}/fish/vendor_completions.d/orloj.fish": "file",
        f"{share}/fish/vendor_completions.d/orlojctl.fish": "-> orloj.fish",
    })
    for name in ("README.md", "CHANGELOG.md", "LICENSE"):
        out[f"{share}/doc/orloj/{name}"] = "file"
    for path in (ROOT / "examples").rglob("*"):
        if path.is_file() and path.name not in NOT_INSTALLED:
            runs = path.stat().st_mode & stat.S_IXUSR
            out[f"{share}/doc/orloj/{path.relative_to(ROOT)}"] = "script" if runs else "file"
    return out


def kind_of(path):
    if path.is_symlink():
        return f"-> {os.readlink(path)}"
    if not path.stat().st_mode & stat.S_IXUSR:
        return "file"
    return "program" if path.read_bytes()[:2] != b"#!" else "script"


def check_files(place, options):
    wanted = expected(options)
    found = {str(path.relative_to(place)): kind_of(path) for path in place.rglob("*") if path.is_symlink() or path.is_file()}
    for path in sorted(wanted.keys() | found.keys()):
        want, have = wanted.get(path), found.get(path)
        check(want == have, f"{path}: is {have or 'missing'}, should be {want or 'absent'}")
    for path in place.rglob("*"):
        if path.is_symlink():
            check(path.exists(), f"{path.relative_to(place)}: leads nowhere")


def check_program(program):
    for name in ("orloj", "orlojctl"):
        answer = json.loads(said(program.parent / name, "version", "-o", "json"))
        check("version" in answer, f"{name} version -o json: {answer}")


def check_hardening(program, build):
    header = said("readelf", "-hW", program)
    segments = said("readelf", "-lW", program)
    dynamic = said("readelf", "-dW", program)
    check("DYN (" in header, "the program is not position-independent")
    check("GNU_RELRO" in segments, "what the loader relocates stays writable (no RELRO)")
    check("NOW" in dynamic, "symbols are bound lazily (no -z now)")
    stack = next((line for line in segments.splitlines() if "GNU_STACK" in line), "")
    check(stack and "RWE" not in stack, "the stack may be executed")
    check(not any("RWE" in line for line in segments.splitlines()), "a segment can be written and executed")
    check("RPATH" not in dynamic and "RUNPATH" not in dynamic, "the program names a folder for libraries")

    # What the compiler was told shows in the objects; a stripped program does not say it.
    objects = [path for room in ("base", "http", "cli") for path in sorted(build.glob(f"src/{room}/*.p/*.o"))]
    wants = said("nm", "-u", *objects)
    check("__stack_chk_fail" in wants, "no function guards its stack (-fstack-protector-strong)")
    check("_chk\n" in wants, "no call is bounds-checked (-D_FORTIFY_SOURCE)")
    if os.uname().machine == "x86_64":
        # It fails for a note that it does not know, which that of libcurl is.
        notes = [subprocess.run(["readelf", "-nW", path], capture_output=True, text=True, check=False).stdout for path in objects]
        check(all("IBT" in note and "SHSTK" in note for note in notes), "an object lacks -fcf-protection")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    build = arguments.parse_args().build.resolve()
    options = {option["name"]: option["value"] for option in json.loads(said("meson", "introspect", "--buildoptions", build))}
    with tempfile.TemporaryDirectory() as scratch:
        said("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", scratch)
        place = pathlib.Path(scratch, options["prefix"].lstrip("/"))
        outside = [path for path in pathlib.Path(scratch).rglob("*") if path.is_file() and place not in path.parents]
        check(not outside, f"installed outside {options['prefix']}: {outside}")
        check_files(place, options)
        program = place / options["bindir"] / "orloj"
        check_program(program)
        if sys.platform == "linux" and options["b_sanitize"] == "none" and options["optimization"] != "0":
            check_hardening(program, build)
    print(f"{passed} passed, {len(failures)} failed")
    return bool(failures)


sys.exit(main())
