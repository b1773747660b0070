"""Canaries: keys that are stored, used, refused and said back; then every byte that was written is searched for them."""

import base64
import json
import os
import pathlib
import urllib.parse

from echo import Echo, spelled
from person import Person, check

KEYS = {
    "plain": "sk-canary/7f3+a9c-AAA-0042-Qx==",
    "quoted": "sk-'canary\"\\<&>/BBB-0043-Qy;$(x)",
    "foreign": "sk-cañary-ключ/CCC-0044-Qzß+7=",
}
AWS = {"access_key_id": "AKIACANARY0000000DDD", "secret_access_key": "aws+canary/DDD0045secretQw7f3a9cQQ",
       "session_token": "token/canary+EEE0046==session-Rr"}
PLACES = {  # provider: (path, options)
    "openai-compatible": ("/v1", {}),
    "anthropic": ("", {}),
    "ollama": ("", {}),
    "azure-openai": ("", {"api_version": "2024-10-21", "deployment": "m"}),
}
STYLES = ["answer", "whole", "letters", "twice", "status-401", "status-400", "status-403", "status-404", "status-429", "status-500",
          "status-529", "ascii", "plain", "html", "lie", "junk"]


def forms(secret):
    """Name and bytes of every form in which the secret must not be found."""
    raw = secret.encode()
    out = {f"spelling {n}": text.encode() for n, text in enumerate(spelled(secret))}
    for shift in range(3):
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            text = alphabet(b"\0" * shift + raw)
            out[f"{alphabet.__name__} at {shift}"] = text[4 if shift else 0:-4]
    out["hex"] = raw.hex().encode()
    out["backwards"] = secret[::-1].encode()
    out["UTF-16"] = secret.encode("utf-16-le")
    out["all percent"] = "".join(f"%{b:02X}" for b in raw).encode()
    half = len(secret) // 2
    out["first half"], out["second half"] = secret[:half].encode(), secret[half:].encode()
    out["halves turned"] = (secret[half:] + secret[:half]).encode()
    out["percent of half"] = urllib.parse.quote(secret[half:], safe="").encode()
    return out


def hunt(secrets, sources):
    """`sources` yields (name, bytes). Every hit as text."""
    needles = [(secret[:12] + "...", name, form) for secret in secrets for name, form in forms(secret).items()]
    hits = []
    for source, content in sources:
        for secret, name, form in needles:
            at = content.find(form)
            if at >= 0:
                hits.append(f"{source}: {name} of {secret} at {at}: {content[max(0, at - 60):at + 60]!r}")
    return hits


def everything(person):
    """All files of the person, and all that was printed."""
    for path in sorted(person.top.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(person.top)), path.read_bytes()
    for done in person.said:
        yield f"`{' '.join(done.words)}` stdout", done.out
        yield f"`{' '.join(done.words)}` stderr", done.err


def endpoint(name, provider, port, **options):
    path, more = PLACES.get(provider, ("", {}))
    secret = options.pop("secret", name)
    more = {"max_retries": "0", **more, **options}
    deployment = more.pop("deployment", None)
    if deployment:
        more["deployment"] = deployment
    return ("ModelEndpoint", name, {"provider": provider, "base_url": f"http://127.0.0.1:{port}{path}", "allowPrivate": True,
                                    "default_model": "m", "auth": {"secretRef": secret}, "options": more})


def read_all(person, task, number):
    """Everything that shows a run."""
    for words in (["logs", task], ["trace", task], ["trace", task, "-o", "json"], ["trace", task, "-o", "otlp"], ["report", task],
                  ["describe", task], ["messages", task], ["messages", task, "-o", "json"], ["get", task, "-o", "yaml"], ["graph", task],
                  ["metrics", task], ["events", task, "-o", "jsonl"], ["replay", task], ["replay", task, "-o", "json"],
                  ["trace", task, "--prompts"]):
        person(*words)
    report = person("report", task)
    (person.top / f"report-{number}.html").write_bytes(report.out)


def every_provider(binary, top):
    """Keys of several forms go to every provider, which says them back in answers, streams, errors, retries."""
    person = Person(binary, top / "leaks")
    echo = Echo()
    parts = [("Agent", "teller", {"model_ref": "plain-openai-compatible", "prompt": "Tell."}),
             ("AgentSystem", "tellers", {"agents": ["teller"]})]
    names = []
    for key, value in KEYS.items():
        person.must("create", "secret", key, "--stdin", typed=value)
        for provider in PLACES:
            names.append(f"{key}-{provider}")
            parts.append(endpoint(names[-1], provider, echo.port, secret=key))
            parts.append(endpoint(names[-1] + "-again", provider, echo.port, secret=key, max_retries="2"))
        names.append(f"{key}-whole")
        for more in ("", "-again"):
            parts.append(endpoint(names[-1] + more, "openai-compatible", echo.port, secret=key, stream="false"))
    person.must("create", "secret", "aws", "--stdin", typed=json.dumps(AWS))
    for more in ("", "-again"):
        parts.append(endpoint("signed" + more, "bedrock", echo.port, secret="aws", region="us-east-1", stream="false"))
    names.append("signed")
    person.store(*parts)
    runs = 0
    for name in names:
        for n, style in enumerate(STYLES):
            if name.startswith("foreign") and n % 3 and style != "ascii":
                continue  # such a key is not sent as often
            echo.key = AWS["session_token"] if n % 2 else AWS["secret_access_key"]
            words = ["run", "--system", "tellers", "--model-ref", name if style != "twice" else name + "-again", f"topic=<{style}>", "--record", f"{name}-{style}.jsonl"]
            person(*words, *(["-o", "json"] if n % 4 == 1 else ["-o", "jsonl"] if n % 4 == 2 else []))
            runs += 1
    tasks = person("get", "tasks", "-o", "name").out.decode().split()
    check("leaks: every run is there", len(tasks) == runs, f"{len(tasks)} of {runs}")
    for n, task in enumerate(tasks[::3]):
        read_all(person, task, n)
    for word in ("endpoints", "secrets", "tasks", "agents"):
        for form in ("json", "yaml", "wide"):
            person("get", word.replace("endpoints", "model-endpoints"), "-o", form)
    others(person, tasks)
    secrets = [*KEYS.values(), *list(AWS.values())[1:]]
    hits = hunt(secrets, everything(person))
    check("leaks: no key in a file or in what was printed", not hits, f"{len(hits)} hits\n  " + "\n  ".join(hits[:12]))
    sent = sum(1 for _, headers, _ in echo.seen if KEYS["plain"] in str(headers))
    check("leaks: the keys were sent", sent > 20, sent)
    check("leaks: the marks stand where they were", any(b"[secret]" in done.out for done in person.said))
    echo.stop()
    return person


def others(person, tasks):
    """Commands that carry what is stored somewhere else."""
    recording = sorted(person.top.glob("*.jsonl"))[0].name
    name = recording.split("-answer")[0]
    for words in (["backup", "saved.db"], ["recover", "recovered.db"], ["secret", "list", "-o", "json"], ["secret", "rotate-key"],
                  ["backup", "saved2.db"], ["status"], ["status", "-o", "json"], ["doctor"], ["doctor", "-o", "json"], ["models"],
                  ["get", "model-endpoints", "--probe"], ["describe", "secret/plain"], ["cost"], ["cost", "-o", "json"],
                  ["run", "--system", "tellers", "--model-ref", name, "topic=<answer>", "--replay", recording],
                  ["fork", tasks[0], "--at", "2"], ["retry", tasks[0], "--run"], ["retry", tasks[1], "--run"], ["config", "view"],
                  ["diff", "-f", "-"], ["prune", "--all", "--yes"], ["delete", "secret/plain"]):
        person(*words)
    person("edit", "secret/quoted", env={"EDITOR": "cat"})
    person("apply", "-f", "-", typed="kind: Secret\nmetadata: {name: x}\nspec: {stringData: {value: [" + json.dumps(KEYS["plain"]) + "]}}\n")
    person("apply", "-f", "-", typed="kind: Secret\nmetadata: {name: x}\nspec: {stringData: {value: " + KEYS["plain"] + "}\n")
    person("create", "secret", "x", "--from-literal", KEYS["plain"])
    person("--db", str(person.top / "saved.db"), "restore", "saved2.db", "--yes")


def cut_keys(binary, top):
    """A key that is cut by a limit of ours, or by a stream that ends: not even its half is written."""
    person = Person(binary, top / "cuts")
    echo = Echo()
    key = KEYS["plain"]
    person.must("create", "secret", "plain", "--stdin", typed=key)
    person.store(("Agent", "teller", {"model_ref": "chat", "prompt": "Tell."}), ("AgentSystem", "tellers", {"agents": ["teller"]}),
                 endpoint("chat", "openai-compatible", echo.port, secret="plain", max_retries="0"),
                 endpoint("claude", "anthropic", echo.port, secret="plain", max_retries="0"),
                 endpoint("local", "ollama", echo.port, secret="plain", max_retries="0"))
    lengths = [*range(170, 320, 9), *range(480, 520, 9), *range(980, 1030, 9), *range(1990, 2060, 9)]
    for name in ("chat", "claude", "local"):
        for length in lengths:
            for word in ("pad", "plainpad") if name == "chat" else ("pad",):
                person("run", "-q", "--system", "tellers", "--model-ref", name, f"topic=<{word}-{length}>", "--record", f"{name}-{word}-{length}.jsonl")
        for length in range(12, len(key), 5):
            person("run", "--system", "tellers", "--model-ref", name, f"topic=<cut-{length}>", "--record", f"{name}-cut-{length}.jsonl")
    for task in person("get", "tasks", "-o", "name").out.decode().split()[::9]:
        person("logs", task)
        person("trace", task, "-o", "json")
        person("trace", task, "-o", "otlp")
    hits = hunt([key], everything(person))
    check("leaks: no half of a key either", not hits, f"{len(hits)} hits\n  " + "\n  ".join(hits[:12]))
    echo.stop()


def collector(binary, top):
    """A collector that says back the header it is sent."""
    person = Person(binary, top / "collector")
    echo = Echo()
    key = KEYS["plain"]
    person.store(("ModelEndpoint", "mock", {"provider": "mock", "default_model": "m"}),
                 ("Agent", "teller", {"model_ref": "mock", "prompt": "Tell."}), ("AgentSystem", "tellers", {"agents": ["teller"]}))
    header = "authorization=" + urllib.parse.quote("Bearer " + key)
    for word in ("status-401", "status-400", "plain", "html", "junk", "answer"):
        echo.act = lambda handler, _, value, said, number, word=word: Echo.act(echo, handler, word.split("-")[0], int(word[-3:]) if "-" in word else 0,
                                                                              said, number)
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{echo.port}", "OTEL_EXPORTER_OTLP_HEADERS": header,
               "OTEL_EXPORTER_OTLP_TIMEOUT": "1500"}
        person("run", "--system", "tellers", "topic=x", env=env)
        task = person("get", "tasks", "-o", "name").out.decode().split()[0]
        person("trace", task, "--send", env=env)
        person("trace", task, "--otlp-endpoint", f"http://127.0.0.1:{echo.port}", env=env)
    check("collector: it was asked, with its key", any(key in str(headers) for _, headers, _ in echo.seen), len(echo.seen))
    hits = hunt([key], everything(person))
    check("collector: its key is nowhere", not hits, f"{len(hits)} hits\n  " + "\n  ".join(hits[:8]))
    echo.stop()


TESTS = [every_provider, cut_keys, collector]
