"""Anthropic's Messages API as its API reference and its public errors describe it.

Stricter than the service in one place: two turns of the same role in a row are refused, as they were before the
service began to merge them, since a client is expected to merge them itself.
"""

import json
import re
import urllib.parse

import server_schemas
from server_words import Rejected, Turn, parse_object

REQUEST_FIELDS = frozenset(
    "cache_control container context_management max_tokens mcp_servers messages metadata model output_config "
    "service_tier stop_sequences stream system temperature thinking tool_choice tools top_k top_p".split())
ID = re.compile(r"[a-zA-Z0-9_-]+")
NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
REFUSES_SAMPLING = re.compile(r"claude-(opus-4-[78]|opus-5|sonnet-5|fable-5|mythos-5)")


def body_of(kind, message):
    return {"type": "error", "error": {"type": kind, "message": message}}


def refuse(message, status=400, kind="invalid_request_error"):
    raise Rejected(status, body_of(kind, message))


class Protocol:
    request_id_header = "request-id"
    sees_query = True

    def __init__(self, settings):
        self.settings = settings
        self.prefix = settings.get("prefix", "/v1")

    # --- checking ---

    def check(self, method, path, headers, raw):
        """The request's body, or Turn with a body for the list of models. Raises Rejected."""
        self.check_headers(headers)
        split = urllib.parse.urlsplit(path)
        path = split.path
        if path == self.prefix + "/models" and method == "GET":
            return Turn({}, body=self.listed(dict(urllib.parse.parse_qsl(split.query))))
        if path != self.prefix + "/messages":
            refuse("Not Found", 404, "not_found_error")
        if method != "POST":
            refuse("Method Not Allowed", 405)
        if not headers.get("content-type", "").startswith("application/json"):
            refuse("content-type: header must be application/json")
        body = parse_object(raw)
        if body is None:
            refuse("The request body is not valid JSON: expected an object")
        self.check_fields(body)
        if "models" in self.settings and body["model"] not in self.settings["models"]:
            refuse(f"model: {body['model']}", 404, "not_found_error")
        self.check_messages(body["messages"])
        self.check_tools(body)
        wrong = server_schemas.anthropic_format(body) or server_schemas.anthropic_marks(body)
        if wrong:
            refuse(wrong)
        return body

    def listed(self, query):
        """A page of the list of models; `page` is the most that one holds, whatever is asked for."""
        limit = int(query.get("limit", 20))
        if not 1 <= limit <= 1000:
            refuse("limit: Input should be less than or equal to 1000")
        names = self.settings.get("models", [])
        if "after_id" in query:
            if query["after_id"] not in names:
                refuse("after_id: not a model")
            names = names[names.index(query["after_id"]) + 1:]
        shown = names[:min(limit, self.settings.get("page", limit))]
        data = [{"type": "model", "id": name, "display_name": name, "created_at": "2025-01-01T00:00:00Z",
                 "max_input_tokens": 200000, "max_tokens": 64000,
                 "capabilities": {"batch": {"supported": True}, "citations": {"supported": False}}} for name in shown]
        return {"data": data, "has_more": len(shown) < len(names), "first_id": shown[0] if shown else None,
                "last_id": shown[-1] if shown else None}

    def check_headers(self, headers):
        key = self.settings.get("key")
        if key is not None:
            sent = headers.get("x-api-key")
            bearer = headers.get("authorization", "")
            if sent is None and not bearer:
                refuse("x-api-key header is required", 401, "authentication_error")
            if sent is not None and sent != key:
                shown = f": {sent}" if self.settings.get("echo_key") else ""
                refuse(f"invalid x-api-key{shown}", 401, "authentication_error")
            if sent is None and bearer != "Bearer " + key:
                refuse("invalid bearer token", 401, "authentication_error")
        version = headers.get("anthropic-version")
        if version is None:
            refuse("anthropic-version: header is required")
        if not VERSION.fullmatch(version):
            refuse(f'anthropic-version: "{version}" is not a valid version. Please consult our documentation')

    def check_fields(self, body):
        for field in ("model", "max_tokens", "messages"):
            if field not in body:
                refuse(f"{field}: Field required")
        for field in body:
            if field not in REQUEST_FIELDS:
                refuse(f"{field}: Extra inputs are not permitted")
        if isinstance(body["max_tokens"], bool) or not isinstance(body["max_tokens"], int):
            refuse("max_tokens: Input should be a valid integer")
        if body["max_tokens"] < 1:
            refuse("max_tokens: Input should be greater than or equal to 1")
        ceiling = 4096 if body["model"].startswith("claude-3-") and "-5-" not in body["model"] else 128000
        if body["max_tokens"] > ceiling:
            refuse(f"max_tokens: {body['max_tokens']} > {ceiling}, which is the maximum allowed number of output tokens for "
                   + body["model"])
        if not 0 <= body.get("temperature", 0) <= 1:
            refuse("temperature: range: 0..1")
        for field in ("temperature", "top_p", "top_k"):
            if field in body and REFUSES_SAMPLING.match(body["model"]):
                refuse(f"`{field}` is not supported on this model.")
        system = body.get("system")
        for block in system if isinstance(system, list) else []:
            if not block.get("text"):
                refuse("system: text content blocks must be non-empty")

    def check_messages(self, messages):
        if not messages:
            refuse("messages: at least one message is required")
        before = None
        open_calls = set()
        for index, message in enumerate(messages):
            role = message.get("role")
            if role == "system":
                refuse('messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not '
                       '"system" as an input message role.')
            if role not in ("user", "assistant"):
                refuse(f"messages.{index}.role: Input should be 'user' or 'assistant'")
            if index == 0 and role != "user":
                refuse('messages: first message must use the "user" role')
            if role == before:
                refuse(f'messages: roles must alternate between "user" and "assistant", but found multiple "{role}" roles '
                       "in a row")
            before = role
            open_calls = self.check_content(message.get("content"), index, role, open_calls, index == len(messages) - 1)
        if open_calls:
            self.refuse_open_calls(open_calls, len(messages) - 1)

    def check_content(self, content, index, role, open_calls, last):
        """The ids of the tools that this message calls. `open_calls` are those of the message before."""
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not isinstance(blocks, list):
            refuse(f"messages.{index}.content: Input should be a valid list")
        if not blocks or blocks[0].get("text") == "" and isinstance(content, str):
            refuse(f"messages.{index}: all messages must have non-empty content except for the optional final assistant message")
        calls, answered, text_seen = set(), set(), False
        for position, block in enumerate(blocks):
            place = f"messages.{index}.content.{position}"
            kind = block.get("type")
            if kind == "text":
                text_seen = True
                if not block.get("text", "").strip():
                    refuse("messages: text content blocks must be non-empty")
            elif kind == "tool_use":
                self.check_use(block, place, role)
                calls.add(block["id"])
            elif kind == "tool_result":
                asked = block.get("tool_use_id", "")
                if asked not in open_calls:
                    refuse(f"{place}: unexpected `tool_use_id` found in `tool_result` blocks: {asked}. Each `tool_result` "
                           "block must have a corresponding `tool_use` block in the previous message.")
                if text_seen:
                    refuse(f"{place}: `tool_result` blocks must come first in the content of a user message")
                answered.add(asked)
            elif kind not in ("thinking", "redacted_thinking", "image", "document"):
                refuse(f"{place}: Input tag '{kind}' found using 'type' does not match any of the expected tags")
        if open_calls - answered:
            self.refuse_open_calls(open_calls - answered, index - 1)
        if role == "assistant" and last and blocks[-1].get("text", "x")[-1:].isspace():
            refuse("messages: final assistant content cannot end with trailing whitespace")
        return calls

    @staticmethod
    def refuse_open_calls(ids, index):
        refuse(f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
               f"{', '.join(sorted(ids))}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
               "message.")

    @staticmethod
    def check_use(block, place, role):
        if role != "assistant":
            refuse(f"{place}: `tool_use` blocks can only be in `assistant` messages")
        if not ID.fullmatch(block.get("id", "")):
            refuse(f"{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        if not NAME.fullmatch(block.get("name", "")):
            refuse(f"{place}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        if not isinstance(block.get("input"), dict):
            refuse(f"{place}.tool_use.input: Input should be a valid dictionary")

    def check_tools(self, body):
        names = set()
        for index, tool in enumerate(body.get("tools", [])):
            if "input_schema" not in tool:
                refuse(f"tools.{index}.custom.input_schema: Field required")
            if not NAME.fullmatch(tool.get("name", "")):
                refuse(f"tools.{index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
            if tool["name"] in names:
                refuse("tools: Tool names must be unique.")
            names.add(tool["name"])
        if "tool_choice" in body and not names:
            refuse("tool_choice: may only be specified while providing `tools`")

    # --- answering ---

    def words(self, body):
        system = body.get("system", "")
        asked = [self.text_of(message["content"]) for message in body["messages"] if message["role"] == "user"]
        return self.text_of(system), asked[-1]

    @staticmethod
    def text_of(content):
        return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)

    def answer(self, body, turn):
        return {"id": f"msg_{turn.number:04}", "type": "message", "role": "assistant", "model": body["model"],
                "content": self.blocks(turn), "stop_reason": self.stop_reason(turn), "stop_sequence": None,
                "usage": self.usage(turn, turn.output_tokens)}

    @staticmethod
    def blocks(turn):
        blocks = [{"type": "text", "text": turn.text}] if turn.text else []
        for index, (call_id, name, arguments) in enumerate(turn.tool_calls):
            blocks.append({"type": "tool_use", "id": call_id or f"toolu_{turn.number:04}_{index}", "name": name,
                           "input": arguments})
        return blocks

    @staticmethod
    def stop_reason(turn):
        return turn.reply.get("finish", "tool_use" if turn.tool_calls else "end_turn")

    @staticmethod
    def usage(turn, output):
        return {"input_tokens": turn.input_tokens - turn.cached_tokens - turn.kept_tokens,
                "cache_creation_input_tokens": turn.kept_tokens, "cache_read_input_tokens": turn.cached_tokens,
                "output_tokens": output, "service_tier": "standard"}

    def stream(self, body, turn):
        def event(name, **fields):
            data = json.dumps({"type": name, **fields}, ensure_ascii=False)
            return f"event: {name}\ndata: {data}\n\n".encode()

        whole = self.answer(body, turn)
        start = {**whole, "content": [], "stop_reason": None, "usage": self.usage(turn, 1)}
        yield event("message_start", message=start)
        yield event("ping")
        for index, block in enumerate(whole["content"]):
            if block["type"] == "text":
                yield event("content_block_start", index=index, content_block={"type": "text", "text": ""})
                deltas = [{"type": "text_delta", "text": piece} for piece in turn.pieces()]
            else:
                yield event("content_block_start", index=index, content_block={**block, "input": {}})
                written = json.dumps(block["input"])
                half = len(written) // 2
                deltas = [{"type": "input_json_delta", "partial_json": p} for p in ("", written[:half], written[half:])]
            for delta in deltas:
                yield event("content_block_delta", index=index, delta=delta)
            yield event("content_block_stop", index=index)
        yield event("message_delta", delta={"stop_reason": whole["stop_reason"], "stop_sequence": None},
                    usage={"output_tokens": turn.output_tokens})
        yield event("message_stop")

    def error(self, status):
        known = {401: ("authentication_error", "invalid x-api-key"),
                 403: ("permission_error", "Your API key does not have permission to use the specified resource."),
                 404: ("not_found_error", "Not Found"),
                 413: ("request_too_large", "Request exceeds the maximum size"),
                 429: ("rate_limit_error", "This request would exceed your organization's rate limit. Please try again later."),
                 500: ("api_error", "Internal server error"),
                 529: ("overloaded_error", "Overloaded")}
        return body_of(*known.get(status, ("invalid_request_error", f"The request failed with status {status}.")))
