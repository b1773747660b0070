#!/usr/bin/env python3
"""Looks for an Ollama and prints a ModelEndpoint for one of its models; for quickstart.sh.

Where Ollama answers is said by OLLAMA_HOST, in the forms Ollama's own tools take, else 127.0.0.1:11434. Of its models a
small one that chats and runs on that machine is taken. Exit code 1, and one line on stderr that says why, when there
is none. Nothing is loaded, pulled or changed.
"""

import http.client
import json
import os
import sys
import urllib.request

NAME = "quickstart-ollama"
PATIENCE = 2  # seconds; it is on this machine, or near
SENSIBLE = 1_000_000_000  # bytes; models below it are quick and say little that is true


def address(text):
    """The URL that OLLAMA_HOST means: no scheme is http, neither scheme nor port is 11434."""
    text = text.strip().strip("\"'")
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
    host, slash, path = rest.partition("/")
    bare, _, port = host.rpartition(":") if host.rfind(":") > host.rfind("]") else (host, "", "")
    if not port:
        port = {"http": "80", "https": "443"}.get(scheme, "11434") if mark else "11434"
    if bare in ("", "0.0.0.0", "[::]"):  # where it listens; from here that is this machine
        bare = "127.0.0.1"
    return f"{scheme}://{bare}:{port}{slash}{path}".rstrip("/")


def models_at(url):
    # A proxy has no business between a program and a model on the same machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url + "/api/tags", timeout=PATIENCE) as answer:
        return json.loads(answer.read(4_000_000)).get("models") or []


def chats_here(model):
    name = model["name"].lower()
    can = model.get("capabilities") or ["completion"]
    remote = model.get("remote_host") or model.get("remote_model") or name.endswith(("-cloud", ":cloud"))
    family = (model.get("details") or {}).get("family") or ""
    return "completion" in can and "embed" not in name and "bert" not in family and not remote


def choice(models):
    """The smallest sensible model that chats; None when none does."""
    fitting = sorted((model for model in models if chats_here(model)), key=lambda model: model.get("size") or 0)
    sensible = [model for model in fitting if (model.get("size") or 0) >= SENSIBLE]
    return sensible[0] if sensible else fitting[-1] if fitting else None


def manifest(url, model):
    # Thinking first is what makes a small model slow.
    options = {"think": "false"} if "thinking" in (model.get("capabilities") or []) else {}
    return {"apiVersion": "orloj.dev/v1", "kind": "ModelEndpoint", "metadata": {"name": NAME},
            "spec": {"provider": "ollama", "base_url": url, "default_model": model["name"], "options": options}}


def main():
    url = address(os.environ.get("OLLAMA_HOST", ""))
    try:
        models = models_at(url)
        model = choice(models)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, http.client.HTTPException):
        print(f"quickstart: no Ollama answers at {url};", file=sys.stderr)
        return 1
    if model is None:
        have = "only models that do not chat" if models else "no model yet"
        print(f"quickstart: the Ollama at {url} has {have} ('ollama pull llama3.2' gets one);", file=sys.stderr)
        return 1
    print(f"quickstart: the Ollama at {url} has the model {model['name']!r}: using it, which may take some minutes;",
          file=sys.stderr)
    print(json.dumps(manifest(url, model), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
