"""OpenAI's Chat Completions as its API reference and its public errors describe it.

The checks are those a client can trip over: required fields, known fields, roles, the order of tool calls and
their results, name patterns, value ranges, and the parameters that reasoning models refuse.
"""

import json
import re

import server_schemas
from server_words import Rejected, Turn, kind_of, parse_object

REQUEST_FIELDS = frozenset(
    "audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages "
    "metadata modalities model n parallel_tool_calls prediction presence_penalty prompt_cache_key reasoning_effort "
    "response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice "
    "tools top_logprobs top_p user verbosity web_search_options".split())
ROLES = ("system", "assistant", "user", "function", "tool", "developer")
NAME = re.compile(r"[a-zA-Z0-9_-]+")
REFUSES_MAX_TOKENS = re.compile(r"o\d|gpt-5(?!-chat)")
REFUSES_SAMPLING = re.compile(r"o\d|gpt-5($|-(?!chat))|gpt-5\.1-codex|gpt-5\.\d+-(chat|pro)|gpt-5\.[56]")


def refuse(status, message, kind="invalid_request_error", param=None, code=None):
    raise Rejected(status, {"error": {"message": message, "type": kind, "param": param, "code": code}})


class Protocol:
    request_id_header = "x-request-id"

    def __init__(self, settings):
        self.settings = settings
        self.prefix = settings.get("prefix", "/v1")

    # --- checking ---

    def check(self, method, path, headers, raw):
        """The request's body, or Turn with a body for the list of models. Raises Rejected."""
        self.check_key(headers)
        if path == self.prefix + "/models" and method == "GET":
            return Turn({}, body=self.listed())
        if path == self.prefix + "/key" and method == "GET":  # OpenRouter's question about a key
            return Turn({}, body={"data": {"label": "loopback", "usage": 0}})
        if path != self.prefix + "/chat/completions":
            refuse(404, f"Invalid URL ({method} {path})")
        if method != "POST":
            refuse(405, f"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)")
        body = parse_object(raw)
        if body is None or not headers.get("content-type", "").startswith("application/json"):
            refuse(400, "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your "
                   "HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)")
        self.check_fields(body)
        self.check_model(body)
        self.check_messages(body["messages"])
        self.check_tools(body)
        prompt = "\n".join(self.text_of(message) for message in body["messages"])
        wrong = server_schemas.openai_format(body, prompt, self.settings.get("formats", ["text", "json_object", "json_schema"]))
        if wrong:
            refuse(400, wrong[0], param=wrong[1])
        return body

    def listed(self):
        """The list of models; `list_status` refuses it, `list_shape` is bare, models or none of these."""
        if "list_status" in self.settings:
            status = self.settings["list_status"]
            raise Rejected(status, self.error(status))
        more = self.settings.get("fields", {})
        data = [{"id": name, "object": "model", "created": 1700000000, "owned_by": "system", **more.get(name, {})}
                for name in self.settings.get("models", [])]
        shape = self.settings.get("list_shape", "data")
        return data if shape == "bare" else {"object": "list", shape: data}

    def check_key(self, headers):
        key = self.settings.get("key")
        if key is None:
            return
        sent = headers.get("authorization", "")
        if not sent.startswith("Bearer ") or not sent[7:]:
            refuse(401, "You didn't provide an API key. You need to provide your API key in an Authorization header using "
                   "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")
        if sent[7:] != key:
            shown = sent[7:]
            if not self.settings.get("echo_key"):
                shown = shown[:8] + "*" * max(0, len(shown) - 12) + shown[-4:] if len(shown) > 12 else shown[:3] + "***"
            refuse(401, f"Incorrect API key provided: {shown}. You can find your API key at "
                   "https://platform.openai.com/account/api-keys.", code="invalid_api_key")

    def check_fields(self, body):
        for field in body:
            if field not in REQUEST_FIELDS:
                refuse(400, f"Unknown parameter: '{field}'.", param=field, code="unknown_parameter")
        if not isinstance(body.get("model"), str) or not body["model"]:
            refuse(400, "you must provide a model parameter")
        if "messages" not in body:
            refuse(400, "Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter")
        if not isinstance(body["messages"], list):
            refuse(400, f"Invalid type for 'messages': expected an array of objects, but got {kind_of(body['messages'])} "
                   "instead.", param="messages", code="invalid_type")
        for field in ("messages", "tools"):
            if body.get(field) == []:
                refuse(400, f"Invalid '{field}': empty array. Expected an array with minimum length 1, but got an empty "
                       "array instead.", param=field, code="empty_array")
        for field, high in (("temperature", 2), ("top_p", 1)):
            value = body.get(field)
            if isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
                refuse(400, f"Invalid type for '{field}': expected a decimal, but got {kind_of(value)} instead.",
                       param=field, code="invalid_type")
            if value is not None and value > high:
                refuse(400, f"Invalid '{field}': decimal above maximum value. Expected a value <= {high}, but got {value} "
                       "instead.", param=field, code="decimal_above_max_value")
            if value is not None and value < 0:
                refuse(400, f"Invalid '{field}': decimal below minimum value. Expected a value >= 0, but got {value} "
                       "instead.", param=field, code="decimal_below_min_value")
        for field in ("max_tokens", "max_completion_tokens"):
            value = body.get(field)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                refuse(400, f"Invalid type for '{field}': expected an integer, but got {kind_of(value)} instead.",
                       param=field, code="invalid_type")
            if value is not None and value < 1:
                refuse(400, f"Invalid '{field}': integer below minimum value. Expected a value >= 1, but got {value} "
                       "instead.", param=field, code="integer_below_min_value")

    def check_model(self, body):
        model = body["model"]
        self.check_known(model)
        if "max_tokens" in body and REFUSES_MAX_TOKENS.match(model):
            refuse(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                   "'max_completion_tokens' instead.", param="max_tokens", code="unsupported_parameter")
        for field in ("temperature", "top_p"):
            if body.get(field, 1) != 1 and REFUSES_SAMPLING.match(model):
                refuse(400, f"Unsupported value: '{field}' does not support {body[field]} with this model. Only the "
                       "default (1) value is supported.", param=field, code="unsupported_value")

    def check_known(self, model):
        if "models" in self.settings and model not in self.settings["models"]:
            refuse(404, f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found")

    def check_messages(self, messages):
        waiting = {}
        for index, message in enumerate(messages):
            role = message.get("role")
            if role not in ROLES:
                refuse(400, f"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'function', "
                       "'tool', and 'developer'.", param=f"messages[{index}].role", code="invalid_value")
            if role == "tool":
                if waiting.pop(message.get("tool_call_id"), None) is None:
                    refuse(400, "Invalid parameter: messages with role 'tool' must be a response to a preceeding message "
                           "with 'tool_calls'.", param=f"messages.[{index}].role")
            elif waiting:
                self.refuse_open_calls(waiting, index)
            calls = message.get("tool_calls")
            if message.get("content") is None and not calls:
                refuse(400, "Invalid value for 'content': expected a string, got null.", param=f"messages.[{index}].content")
            if calls == []:
                refuse(400, f"Invalid 'messages[{index}].tool_calls': empty array. Expected an array with minimum length "
                       "1, but got an empty array instead.", param=f"messages[{index}].tool_calls", code="empty_array")
            for position, call in enumerate(calls or []):
                self.check_call(call, f"messages[{index}].tool_calls[{position}]")
                waiting[call["id"]] = index
        if waiting:
            self.refuse_open_calls(waiting, len(messages))

    @staticmethod
    def refuse_open_calls(waiting, index):
        refuse(400, "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
               "'tool_call_id'. The following tool_call_ids did not have response messages: " + ", ".join(waiting),
               param=f"messages.[{index}].role")

    @staticmethod
    def check_call(call, place):
        function = call.get("function", {})
        for field, value in (("id", call.get("id")), ("function.name", function.get("name"))):
            if not isinstance(value, str) or not value:
                refuse(400, f"Missing required parameter: '{place}.{field}'.", param=f"{place}.{field}",
                       code="missing_required_parameter")
        if call.get("type") != "function":
            refuse(400, f"Invalid value: '{call.get('type')}'. Supported values are: 'function'.", param=f"{place}.type",
                   code="invalid_value")
        if len(call["id"]) > 40:
            refuse(400, f"Invalid '{place}.id': string too long. Expected a string with maximum length 40, but got a "
                   f"string with length {len(call['id'])} instead.", param=f"{place}.id", code="string_above_max_length")
        if not isinstance(function.get("arguments"), str):
            refuse(400, f"Invalid type for '{place}.function.arguments': expected a string, but got "
                   f"{kind_of(function.get('arguments'))} instead.", param=f"{place}.function.arguments", code="invalid_type")
        Protocol.check_name(function["name"], f"{place}.function.name")

    @staticmethod
    def check_name(name, place):
        if not NAME.fullmatch(name):
            refuse(400, f"Invalid '{place}': string does not match pattern. Expected a string that matches the pattern "
                   "'^[a-zA-Z0-9_-]+$'.", param=place, code="invalid_value")
        if len(name) > 64:
            refuse(400, f"Invalid '{place}': string too long. Expected a string with maximum length 64, but got a string "
                   f"with length {len(name)} instead.", param=place, code="string_above_max_length")

    def check_tools(self, body):
        for index, tool in enumerate(body.get("tools", [])):
            name = tool.get("function", {}).get("name")
            if tool.get("type") != "function" or not name:
                refuse(400, f"Missing required parameter: 'tools[{index}].function'.", param=f"tools[{index}].function",
                       code="missing_required_parameter")
            self.check_name(name, f"tools[{index}].function.name")
        for field in ("tool_choice", "parallel_tool_calls"):
            if field in body and "tools" not in body:
                refuse(400, f"Invalid value for '{field}': '{field}' is only allowed when 'tools' are specified.",
                       param=field)

    # --- answering ---

    def words(self, body):
        system = "\n".join(self.text_of(m) for m in body["messages"] if m["role"] in ("system", "developer"))
        asked = [self.text_of(m) for m in body["messages"] if m["role"] == "user"]
        return system, asked[-1] if asked else ""

    @staticmethod
    def text_of(message):
        content = message.get("content") or ""
        return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)

    def answer(self, body, turn):
        calls = self.calls(turn)
        message = {"role": "assistant", "content": turn.text or None, "refusal": None, "annotations": []}
        if calls:
            message["tool_calls"] = calls
        return {"id": f"chatcmpl-{turn.number:04}", "object": "chat.completion", "created": 1700000000, "model": body["model"],
                "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish(turn)}],
                "usage": self.usage(turn), "service_tier": "default", "system_fingerprint": "fp_loopback"}

    @staticmethod
    def calls(turn):
        return [{"id": call_id or f"call_{turn.number:04}_{index}", "type": "function",
                 "function": {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)}}
                for index, (call_id, name, arguments) in enumerate(turn.tool_calls)]

    @staticmethod
    def finish(turn):
        return turn.reply.get("finish", "tool_calls" if turn.tool_calls else "stop")

    @staticmethod
    def usage(turn):
        charged = {} if turn.cost is None else {"cost": turn.cost}  # OpenRouter and Perplexity say it here
        return {"prompt_tokens": turn.input_tokens, "completion_tokens": turn.output_tokens, **charged,
                "total_tokens": turn.input_tokens + turn.output_tokens,
                "prompt_tokens_details": {"cached_tokens": turn.cached_tokens, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0,
                                              "rejected_prediction_tokens": 0}}

    def stream(self, body, turn):
        def chunk(choices, **more):
            return b"data: " + json.dumps({"id": f"chatcmpl-{turn.number:04}", "object": "chat.completion.chunk",
                                           "created": 1700000000, "model": body["model"], "choices": choices, **more},
                                          ensure_ascii=False).encode() + b"\n\n"

        def delta(content, finish=None):
            return chunk([{"index": 0, "delta": content, "logprobs": None, "finish_reason": finish}])

        yield delta({"role": "assistant", "content": "", "refusal": None})
        for piece in turn.pieces():
            yield delta({"content": piece})
        for index, call in enumerate(self.calls(turn)):
            whole = call["function"].pop("arguments")
            yield delta({"tool_calls": [{"index": index, **call, "function": {**call["function"], "arguments": ""}}]})
            half = len(whole) // 2
            for piece in (whole[:half], whole[half:]):
                yield delta({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        if self.settings.get("usage_always"):
            yield chunk([{"index": 0, "delta": {}, "finish_reason": self.finish(turn)}], usage=self.usage(turn))
        else:
            yield delta({}, self.finish(turn))
        if (body.get("stream_options") or {}).get("include_usage"):
            yield chunk([], usage=self.usage(turn))
        yield b"data: [DONE]\n\n"

    def error(self, status):
        known = {
            401: ("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
            404: ("The model does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"),
            429: ("Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.",
                  "requests", "rate_limit_exceeded"),
            500: ("The server had an error while processing your request. Sorry about that!", "server_error", None),
            503: ("The engine is currently overloaded, please try again later", "server_error", None)}
        message, kind, code = known.get(status, (f"The request failed with status {status}.", "invalid_request_error", None))
        return {"error": {"message": message, "type": kind, "param": None, "code": code}}
