"""Ollama's own API as its docs/api.md, its Go types (api/types.go) and its handlers (server/routes.go) describe it.

Bodies are decoded as Go does: a field of the wrong type is refused in Go's words, a field that nobody declared is
ignored. What a local server does not do is left out: it checks no key unless the setting `key` says that a proxy in
front of it does.

Settings of its own:
  models        the models it has, newest first; names without a tag mean ":latest"
  sizes         {model: bytes}; 4 GB unless said
  capabilities  {model: [word]}; "completion" and "tools" unless said
  grammar       false: it cannot make a grammar of any schema, as of schemas with references to themselves
  remote        {model: host} of models that another host runs
  loaded        {model: [bytes, of these in the graphics card's memory]}
  pull          the lines that /api/pull answers with; a usual download unless said, of `pull_bytes`, a pause of
                `pull_pause_ms` between two lines
"""

import json
import re
import time

from server_words import Rejected, Turn, tokens

DURATION = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)([\d.]+(ns|us|µs|ms|s|m|h))*")
THINK_WORDS = ("high", "medium", "low", "max")
CREATED = "2025-01-01T00:00:00Z"
SECOND = 1_000_000_000

# Fields by Go type, as far as a client of chat can meet them; a list has one item, a map is decoded on its own.
SHAPES = {
    "ChatRequest": {"model": str, "messages": ["Message"], "stream": bool, "tools": ["Tool"], "options": dict,
                    "truncate": bool, "shift": bool},
    "Message": {"role": str, "content": str, "thinking": str, "images": [str], "tool_calls": ["ToolCall"],
                "tool_name": str, "tool_call_id": str},
    "ToolCall": {"id": str, "function": "ToolCallFunction"},
    "ToolCallFunction": {"index": int, "name": str, "arguments": dict},
    "Tool": {"type": str, "function": "ToolFunction"},
    "ToolFunction": {"name": str, "description": str, "parameters": "ToolFunctionParameters"},
    "ToolFunctionParameters": {"type": str, "required": [str], "properties": dict},
}
GO_NAMES = {str: "string", bool: "bool", int: "int", dict: "map[string]interface {}", list: "[]interface {}"}
WHOLE_OPTIONS = ("num_ctx", "num_predict", "num_batch", "num_gpu", "num_thread", "num_keep", "seed", "top_k", "repeat_last_n")
DECIMAL_OPTIONS = ("temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty")


def refuse(status, message, **more):
    raise Rejected(status, {"error": message, **more})


def go_kind(value):
    kinds = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return kinds[type(value)]


def decode(value, shape, place):
    """Refuses what Go could not unmarshal into `shape`; null leaves a field as it was."""
    if value is None:
        return
    if isinstance(shape, list):
        if not isinstance(value, list):
            mismatch(value, place, "[]" + go_name(shape[0]))
        for item in value:
            decode(item, shape[0], place)
    elif isinstance(shape, str):
        if not isinstance(value, dict):
            mismatch(value, place, go_name(shape))
        for name, inner in SHAPES[shape].items():
            decode(value.get(name), inner, place + "." + name)
    elif not isinstance(value, shape) or shape is int and isinstance(value, bool):
        mismatch(value, place, go_name(shape))


def go_name(shape):
    return "api." + shape if isinstance(shape, str) else GO_NAMES[shape]


def mismatch(value, place, wanted):
    refuse(400, f"json: cannot unmarshal {go_kind(value)} into Go struct field {place} of type {wanted}")


def with_tag(name):
    return name.lower() if ":" in name.rpartition("/")[2] else name.lower() + ":latest"


class Protocol:
    request_id_header = None
    stream_type = "application/x-ndjson"

    def __init__(self, settings):
        self.settings = settings

    # --- checking ---

    def check(self, method, path, headers, raw):
        """The request's body, or Turn with a body for what no script answers. Raises Rejected."""
        self.check_key(headers)
        if method in ("GET", "HEAD"):
            return self.look(path)
        if method != "POST" or path not in ("/api/chat", "/api/show", "/api/pull"):
            raise Rejected(404, "404 page not found")
        if not raw:
            refuse(400, "missing request body")
        try:
            body = json.loads(raw)
        except ValueError as error:
            refuse(400, f"invalid character: {error}")
        decode(body, "ChatRequest", "ChatRequest")
        if not body.get("model"):
            refuse(400, "model is required")
        if path == "/api/pull":
            return {**body, "pulls": True}
        if self.known(body["model"]) is None:
            refuse(404, f"model '{body['model']}' not found")
        if path == "/api/show":
            return Turn({}, body=self.show(body["model"]))
        self.check_think(body)
        self.check_keep_alive(body.get("keep_alive"))
        self.check_options(body)
        if "completion" not in self.capabilities(body["model"]):
            refuse(400, f'"{body["model"]}" does not support chat')
        if body.get("tools") and "tools" not in self.capabilities(body["model"]):
            refuse(400, f"registry.ollama.ai/library/{with_tag(body['model'])} does not support tools")
        if isinstance(body.get("format"), dict) and not self.settings.get("grammar", True):
            self.refuse_format(body)
        return body

    def refuse_format(self, body):
        """Found out after the status was sent, when the answer is streamed."""
        error = {"error": "invalid JSON schema in format"}
        if self.wants_stream(body):
            raise Rejected(200, error)
        raise Rejected(500, error)

    def check_key(self, headers):
        key = self.settings.get("key")
        if key is not None and headers.get("authorization") != "Bearer " + key:
            refuse(401, "unauthorized")

    def look(self, path):
        if path == "/":
            return Turn({}, body="Ollama is running")
        if path == "/api/version":
            return Turn({}, body={"version": "0.33.0"})
        if path == "/api/tags":
            return Turn({}, body={"models": [self.tag(name) for name in self.settings.get("models", [])]})
        if path == "/api/ps":
            return Turn({}, body={"models": [
                {**self.tag(name), "size": size, "size_vram": fast, "expires_at": CREATED, "context_length": 8192}
                for name, (size, fast) in self.settings.get("loaded", {}).items()]})
        raise Rejected(404, "404 page not found")

    def known(self, name):
        """The model as it is listed; any name will do when the settings list none."""
        if "models" not in self.settings:
            return name
        return next((have for have in self.settings["models"] if with_tag(have) == with_tag(name)), None)

    def capabilities(self, name):
        said = {with_tag(have): words for have, words in self.settings.get("capabilities", {}).items()}
        return said.get(with_tag(name), ["completion", "tools"])

    def check_think(self, body):
        think = body.get("think")
        if think is None or think is False:
            return
        if think is not True and think not in THINK_WORDS:
            refuse(400, f'invalid think value: "{think}" (must be "high", "medium", "low", "max", true, or false)')
        if "thinking" not in self.capabilities(body["model"]):
            refuse(400, f'"{body["model"]}" does not support thinking')

    @staticmethod
    def check_keep_alive(value):
        if isinstance(value, str) and value != "0" and not DURATION.fullmatch(value):
            refuse(400, f'time: invalid duration "{value}"')
        if isinstance(value, (bool, list, dict)):
            refuse(400, f"Unsupported type: '{go_kind(value)}'")

    def check_options(self, body):
        options = body.get("options") or {}
        for name, value in options.items():
            whole = isinstance(value, (int, float)) and not isinstance(value, bool)
            if name in WHOLE_OPTIONS and not whole:
                refuse(500, f'option "{name}" must be of type integer')
            if name in DECIMAL_OPTIONS and not whole:
                refuse(500, f'option "{name}" must be of type float32')
            if name == "stop" and not isinstance(value, list):
                refuse(500, 'option "stop" must be of type array')
        length = tokens("".join(message.get("content") or "" for message in body.get("messages") or []))
        if body.get("truncate") is False and length > options.get("num_ctx", 4096):
            refuse(400, "the prompt is longer than the context length currently available to the model; "
                   "increase the context length or shorten the prompt")

    # --- answering ---

    def tag(self, name):
        full = name if ":" in name.rpartition("/")[2] else name + ":latest"
        return {"name": full, "model": full, "modified_at": CREATED,
                "size": self.settings.get("sizes", {}).get(name, 4_000_000_000), "digest": "0" * 12,
                "details": self.details(name), "capabilities": self.capabilities(name), **self.remote(name)}

    def remote(self, name):
        host = self.settings.get("remote", {}).get(name)
        return {"remote_model": name.split(":")[0], "remote_host": host} if host else {}

    @staticmethod
    def details(name):
        family = re.split(r"[:/]", name)[0]
        return {"parent_model": "", "format": "gguf", "family": family, "families": [family], "parameter_size": "8.0B",
                "quantization_level": "Q4_K_M"}

    def show(self, name):
        family = self.details(name)["family"]
        return {"details": self.details(name), "parameters": "", "template": "{{ .Prompt }}", "modified_at": CREATED,
                "model_info": {"general.architecture": family, f"{family}.context_length": 131072},
                "details": self.details(name), "capabilities": self.capabilities(name)}

    def words(self, body):
        messages = body.get("messages") or []
        system = "\n".join(message.get("content") or "" for message in messages if message.get("role") == "system")
        asked = [message.get("content") or "" for message in messages if message.get("role") == "user"]
        return system, asked[-1] if asked else ""

    def wants_stream(self, body):
        return body.get("stream") is not False

    def answer(self, body, turn):
        if not body.get("messages"):
            return {"model": body["model"], "created_at": CREATED, "message": {"role": "assistant", "content": ""},
                    "done": True, "done_reason": "load"}
        message = {"role": "assistant", "content": turn.text, **self.extra(turn)}
        return {"model": body["model"], "created_at": CREATED, "message": message, **self.closing(turn)}

    @staticmethod
    def extra(turn):
        """The thinking and the calls, where there are any."""
        more = {"thinking": turn.reply["thinking"]} if "thinking" in turn.reply else {}
        calls = [{"id": call_id or f"call_{turn.number:04}{index:04}",
                  "function": {"index": index, "name": name, "arguments": arguments}}
                 for index, (call_id, name, arguments) in enumerate(turn.tool_calls)]
        return {**more, "tool_calls": calls} if calls else more

    @staticmethod
    def closing(turn):
        return {"done": True, "done_reason": turn.reply.get("finish", "stop"), "total_duration": 2 * SECOND,
                "load_duration": SECOND, "prompt_eval_count": turn.input_tokens, "prompt_eval_duration": SECOND // 4,
                "eval_count": turn.output_tokens, "eval_duration": SECOND // 2}

    def stream(self, body, turn):
        def line(message, **more):
            return json.dumps({"model": body["model"], "created_at": CREATED, "message": {"role": "assistant", **message},
                               **more}, ensure_ascii=False).encode() + b"\n"

        if body.get("pulls"):
            for step in self.settings.get("pull") or self.download(self.settings.get("pull_bytes", 4_700_000_000)):
                yield (step if isinstance(step, str) else json.dumps(step)).encode() + b"\n"
                time.sleep(self.settings.get("pull_pause_ms", 0) / 1000)
            return
        for piece in turn.pieces():
            yield line({"content": piece}, done=False)
        extra = self.extra(turn)
        if extra:
            yield line({"content": "", **extra}, done=False)
        yield line({"content": ""}, **self.closing(turn))

    @staticmethod
    def download(size):
        """What Ollama says while it fetches a model of `size` bytes."""
        yield {"status": "pulling manifest"}
        for digest, part in (("8934d96d3f08" + "0" * 52, size), ("8c17c2ebb0ea" + "0" * 52, 7020)):
            for tenth in range(11):
                yield {"status": f"pulling {digest[:12]}", "digest": "sha256:" + digest, "total": part,
                       **({"completed": part * tenth // 10} if tenth else {})}
        for status in ("verifying sha256 digest", "writing manifest", "success"):
            yield {"status": status}

    def error(self, status):
        known = {401: "unauthorized", 404: "model not found",
                 500: "llama runner process has terminated: exit status 2",
                 503: "server busy, please try again.  maximum pending requests exceeded"}
        return {"error": known.get(status, f"the request failed with status {status}")}
