#!/usr/bin/env python3
"""Holds `orloj schema` against orloj itself: what orloj reads, the schema takes, and what orloj refuses for a reason a
schema can know, the schema refuses.

    python3 tests/docs/schema_check.py [--build build]

Needs jsonschema and PyYAML (Debian: python3-jsonschema, python3-yaml); it fails without them, it never skips. The
schema is first held against its own metaschema. Then come the manifests of examples/ and tests/cli, each judged by
`orloj validate`, and the rows below. One difference is meant: the schema lists each kind in one spelling, for the sake of
completion, and orloj takes any case; so kinds of manifests are compared in that spelling.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True  # No caches in the source tree.

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"-- docs/schema\n{missing}; install python3-jsonschema and python3-yaml\n0 passed, 1 failed")
    sys.exit(1)

META = {"name": "x"}


def document(kind, spec=None, **more):
    out = {"apiVersion": "orloj.dev/v1", "kind": kind, "metadata": META, **more}
    if spec is not None:
        out["spec"] = spec
    return {key: value for key, value in out.items() if value is not ...}


def agent(**spec):
    return document("Agent", {"model_ref": "m", **spec})


def endpoint(**spec):
    return document("ModelEndpoint", {"default_model": "m", **spec})


def system(**spec):
    return document("AgentSystem", {"agents": ["a"], **spec})


def task(**spec):
    return document("Task", {"system": "s", **spec})


def policy(**spec):
    return document("AgentPolicy", spec)


# Both refuse them.
BROKEN = {
    "no kind": {"apiVersion": "orloj.dev/v1", "metadata": META, "spec": {}},
    "an unknown kind": document("Deployment", {}),
    "an empty kind": document("", {}),
    "an unknown field at the top": agent() | {"metdata": {}},
    "no metadata": document("Agent", {"model_ref": "m"}, metadata=...),
    "no name": document("Agent", {"model_ref": "m"}, metadata={}),
    "an empty name": document("Agent", {"model_ref": "m"}, metadata={"name": " "}),
    "a name that is a list": document("Agent", {"model_ref": "m"}, metadata={"name": ["x"]}),
    "labels that are a list": document("Agent", {"model_ref": "m"}, metadata={"name": "x", "labels": ["a"]}),
    "a label that is a map": document("Agent", {"model_ref": "m"}, metadata={"name": "x", "labels": {"a": {"b": "c"}}}),
    "a spec that is text": document("Agent", "x"),
    "a list for a document": [agent()],
    "an agent without spec": document("Agent"),
    "an agent without model_ref": document("Agent", {}),
    "an agent with an empty model_ref": document("Agent", {"model_ref": ""}),
    "a misspelled field": agent(promt="x"),
    "another kind's field": agent(default_model="m"),
    "a removed field": agent(model="gpt"),
    "a field under two names": agent(modelRef="m"),
    "tools that are text": agent(tools="a"),
    "tools that are maps": agent(tools=[{"name": "web_search"}]),
    "steps in words": agent(limits={"max_steps": "ten"}),
    "steps with a fraction": agent(limits={"max_steps": 1.5}),
    "limits that are a list": agent(limits=[]),
    "a duration without a unit": agent(limits={"timeout": 30}),
    "a duration in words": agent(limits={"timeout": "10 seconds"}),
    "a negative duration": agent(limits={"timeout": "-5s"}),
    "an unknown profile": agent(execution={"profile": "loose"}),
    "an endpoint without a model": document("ModelEndpoint", {"provider": "openai"}),
    "an endpoint's options as a list": endpoint(options=["a"]),
    "a quoted boolean": endpoint(allowPrivate="true"),
    "a boolean in words": endpoint(allowPrivate="yes"),
    "an unknown join mode": system(graph={"a": {"join": {"mode": "any"}}}),
    "a graph that is a list": system(graph=["a"]),
    "an unknown field deep in a graph": system(graph={"a": {"edges": [{"to": "b", "when": "x"}]}}),
    "a review without a checkpoint": system(completion_review={"reason": "x"}),
    "turns below 0": task(max_turns=-1),
    "quoted turns below 0": task(max_turns="-1"),
    "an input that is text": task(input="topic"),
    "an unknown mode": task(mode="once"),
    "tokens below 0": policy(max_tokens_per_run=-1),
}

# Both take them.
GOOD = {
    "nothing but what is needed": {"kind": "Agent", "metadata": META, "spec": {"model_ref": "m"}},
    "another version": agent() | {"apiVersion": "orloj.dev/v2"},
    "your own key at the top": agent() | {"x-team": {"a": [1]}},
    "a status": agent() | {"status": {"phase": "Ready"}},
    "an alias": document("Agent", {"modelRef": "m", "allowedTools": ["a"]}),
    "numbers and booleans as texts": document("Agent", {"model_ref": 5, "prompt": True, "tools": [1, 0.5, False]}),
    "empty values": agent(prompt=None, tools=None, limits=None, memory={"ref": None}, execution={"profile": None}),
    "a quoted number": agent(limits={"max_steps": "+5", "timeout": "1m30.5s"}),
    "a small number that means the default": agent(limits={"max_steps": 0, "timeout": 0}),
    "every unit": agent(limits={"timeout": " 1h2m3s4ms5us6\u00b5s7ns.5h "}),
    "a marker that ends in a colon": agent(execution={"required_output_markers": [{"AUTH_PATH": None}, "DONE"]}),
    "an output schema": agent(execution={"output_schema": {"type": "object"}}),
    "an edge by its name": system(graph={"a": {"edges": ["b", {"next": "c"}, {"to": "d", "labels": {"n": 1}}]}}),
    "a node without anything": system(graph={"a": None}),
    "options of every type": endpoint(options={"temperature": 0.7, "stream": True, "stop": "x"}),
    "a task template without a system": document("Task", {"mode": "template"}),
    "quoted turns": task(max_turns="0", input={"n": 5}),
    "a policy of nothing": document("AgentPolicy"),
}


class Core(yaml.SafeLoader):
    """YAML 1.2's core schema, as orloj and editors read it: `yes` and 2024-01-01 are texts."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)
Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))
Core.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(loader.construct_scalar(node)))


class Checks:
    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self.passed = self.failed = 0
        self.schema = self.schema_of()
        self.validator = jsonschema.Draft202012Validator(self.schema)

    def run(self, *words):
        return subprocess.run([str(self.binary), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=30, text=True,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": self.folder})

    def schema_of(self, *kind):
        ran = self.run("schema", *kind)
        if ran.returncode != 0:
            raise RuntimeError(f"'orloj schema {' '.join(kind)}' ended with {ran.returncode}: {ran.stdout}")
        return json.loads(ran.stdout)

    def report(self, name, trouble):
        if trouble:
            self.failed += 1
            print(f"-- docs/schema: {name}\n{trouble}")
        else:
            self.passed += 1

    def complaints(self, value, validator=None):
        return "\n".join(f"schema: {'/'.join(map(str, error.absolute_path))}: {error.message}"[:300]
                         for error in (validator or self.validator).iter_errors(value))

    def orloj_says(self, path):
        """"" when it takes the file, else its complaints."""
        ran = self.run("validate", "-f", str(path))
        if ran.returncode not in (0, 2):
            raise RuntimeError(f"'orloj validate -f {path}' ended with {ran.returncode}: {ran.stdout}")
        return "" if ran.returncode == 0 else ran.stdout.strip()

    def canonical(self, value):
        kinds = {kind.lower(): kind for kind in self.schema["properties"]["kind"]["enum"]}
        return value | {"kind": kinds.get(str(value["kind"]).lower(), value["kind"])}

    def metaschemas(self):
        for kind in [(), *((kind,) for kind in self.schema["properties"]["kind"]["enum"])]:
            schema = self.schema_of(*kind)
            try:
                jsonschema.Draft202012Validator.check_schema(schema)
                self.report(f"schema {kind}", "")
            except jsonschema.SchemaError as error:
                self.report(f"schema {kind}", str(error))

    def manifests(self):
        paths = sorted(path for folder in ("examples", "tests/cli") for path in (ROOT / folder).rglob("*.yaml"))
        taken = 0
        for path in paths:
            if self.orloj_says(path):
                continue
            taken += 1
            text = re.sub(r"\{\{port:\w+\}\}", "1", path.read_text("utf-8"))
            values = [self.canonical(value) for value in yaml.load_all(text, Core) if value is not None]
            self.report(path.relative_to(ROOT), "\n".join(filter(None, map(self.complaints, values))))
        self.report("the manifests of the project", "" if taken >= 20 else f"orloj takes only {taken} of {len(paths)}")

    def rows(self):
        path = pathlib.Path(self.folder) / "row.json"
        for name, value in BROKEN.items():
            path.write_text(json.dumps(value))
            self.report(name, "" if self.orloj_says(path) else "orloj takes it")
            self.report(name, "" if self.complaints(value) else "the schema takes it")
        for name, value in GOOD.items():
            path.write_text(json.dumps(value))
            self.report(name, self.orloj_says(path))
            self.report(name, self.complaints(value))
            one = jsonschema.Draft202012Validator(self.schema_of(value["kind"]))
            self.report(name + ", by the schema of its kind", self.complaints(value, one))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    arguments = parser.parse_args()
    binary = ROOT / arguments.build / "src/orloj"
    if not binary.exists():
        print(f"there is no {binary}; build it first\n0 passed, 1 failed")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        checks = Checks(binary, folder)
        checks.metaschemas()
        checks.manifests()
        checks.rows()
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
