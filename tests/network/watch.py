"""Runs orloj as a person without files would, under strace, and tells which sockets it opened."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

CONNECT = re.compile(r"connect\(\d+<([\w-]+)[:>].*?sa_family=(\w+)(.*)")
INTERNET = re.compile(r'sin6?_port=htons\((\d+)\).*?"([^"]*)"')
SOCKET = re.compile(r"socket\((\w+), (\w+)")


class Outcome:
    def __init__(self, process, log):
        self.exit = process.returncode
        self.said = process.stderr
        self.printed = process.stdout
        self.sockets = SOCKET.findall(log)
        # (protocol, address, port); nothing but the protocol for what is no internet address. To sort the addresses
        # of a name, the resolver connects UDP sockets, which sends nothing.
        self.connects = []
        for protocol, family, rest in CONNECT.findall(log):
            where = INTERNET.search(rest) if family in ("AF_INET", "AF_INET6") else None
            self.connects.append((protocol, where.group(2), int(where.group(1))) if where else (protocol,))
        if len(re.findall(r"\bconnect\(", log)) != len(self.connects):
            raise RuntimeError("a line of strace was not understood:\n" + log)
        self.tcp = [tuple(where) for protocol, *where in self.connects if protocol.startswith("TCP")]

    def __str__(self):
        return f"exit {self.exit}, connects {self.connects}, sockets {self.sockets}\n{self.said}{self.printed}"


class Person:
    """A home and a database of one's own."""

    def __init__(self, binary):
        self.binary = str(binary)
        self.folder = tempfile.TemporaryDirectory(prefix="orloj-network-")
        self.home = pathlib.Path(self.folder.name)

    def close(self):
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def orloj(self, *words, variables=None):
        log = self.home / "strace.log"
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "ORLOJ_DB": str(self.home / "orloj.db"),
                       "LC_ALL": "C.UTF-8", **(variables or {})}
        command = ["strace", "-f", "-yy", "-qq", "-s", "200", "-e", "trace=socket,connect", "-e", "signal=none", "-o", str(log),
                   self.binary, *words]
        process = subprocess.run(command, env=environment, cwd=self.home, stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, errors="replace", timeout=60)
        return Outcome(process, log.read_text(errors="replace"))

    def run(self, endpoints, graph=None, variables=None, options=()):
        """One agent for each endpoint (a spec), named e0, e1, ...; `graph` as in an AgentSystem, `options` as of the command."""
        items, agents = [], []
        for number, spec in enumerate(endpoints):
            name = f"e{number}"
            agents.append(name)
            items.append(resource("ModelEndpoint", name, {"default_model": "m", **spec}))
            items.append(resource("Agent", name, {"model_ref": name, "prompt": "Answer."}))
        items.append(resource("AgentSystem", "s", {"agents": agents, **({"graph": graph} if graph else {})}))
        manifest = self.home / "manifest.yaml"
        # JSON is YAML.
        manifest.write_text("".join("---\n" + json.dumps(item, ensure_ascii=False) + "\n" for item in items))
        return self.orloj("run", "-f", str(manifest), "topic=x", *options, variables=variables)


def resource(kind, name, spec):
    return {"apiVersion": "orloj.dev/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def compatible(host, private=None, model="m", scheme="http"):
    """The spec of an openai-compatible endpoint; `private` is spec.allowPrivate, None leaves it out."""
    spec = {"provider": "openai-compatible", "base_url": f"{scheme}://{host}/v1", "default_model": model}
    return spec if private is None else {**spec, "allowPrivate": private}
