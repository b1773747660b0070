"""Amazon Bedrock's Converse API and its lists of models, as its API reference and its public errors describe them.

Settings beside those of servers.py:
  keys       {access key id: {"secret", "token", "times"}}; after `times` requests a key has expired
  key        a Bedrock API key, sent as a bearer token
  region     the only region that signatures may be for
  ahead_s    by how much the service's clock is before this machine's
  profiles   inference profiles: {id: [model ids]}
  on_demand  the models that may be called by their own id; all unless said
"""

import email.utils
import json
import re
import struct
import time
import urllib.parse
import zlib

import server_sigv4
from server_words import Rejected, Turn, parse_object

TARGET = re.compile(r"/model/([A-Za-z0-9%._~:-]{1,2048})/converse(-stream)?")
FIELDS = frozenset("messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields "
                   "additionalModelResponseFieldPaths promptVariables requestMetadata performanceConfig outputConfig "
                   "serviceTier".split())
TOOL_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
BLOCKS = frozenset("text image document video toolUse toolResult guardContent cachePoint reasoningContent citationsContent "
                   "searchResult".split())
STATUS = {"AccessDeniedException": 403, "InvalidSignatureException": 403, "UnrecognizedClientException": 403,
          "ExpiredTokenException": 403, "MissingAuthenticationTokenException": 403, "ThrottlingException": 429,
          "ModelNotReadyException": 429, "ResourceNotFoundException": 404, "ModelTimeoutException": 408,
          "ModelErrorException": 424, "InternalServerException": 500, "ServiceUnavailableException": 503}


def refuse(message, code="ValidationException", headers=()):
    more = [("x-amzn-errortype", f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"), *headers]
    raise Rejected(STATUS.get(code, 400), {"message": message}, more)


def frame(headers, payload):
    """A message of application/vnd.amazon.eventstream."""
    packed = b"".join(struct.pack("!B", len(name)) + name.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()
                      for name, value in headers)
    prelude = struct.pack("!II", len(packed) + len(payload) + 16, len(packed))
    prelude += struct.pack("!I", zlib.crc32(prelude))
    whole = prelude + packed + payload
    return whole + struct.pack("!I", zlib.crc32(whole))


def event(kind, payload):
    padded = {**payload, "p": "abcdefghijklmnopqrstuvwxyz"[:len(json.dumps(payload)) % 26]}
    return frame([(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")],
                 json.dumps(padded, ensure_ascii=False).encode())


class Protocol:
    request_id_header = "x-amzn-requestid"
    stream_type = "application/vnd.amazon.eventstream"
    sees_query = True

    def __init__(self, settings):
        self.settings = settings
        self.used = {}

    # --- checking ---

    def check(self, method, path, headers, raw):
        self.check_caller(method, path, headers, raw)
        target = path.partition("?")[0]
        if method == "GET":
            return self.listed(path)
        found = TARGET.fullmatch(target)
        if method != "POST" or not found:
            refuse("Unable to determine service/operation name to be authorized", "UnknownOperationException")
        body = parse_object(raw)
        if body is None:
            refuse("Unexpected token at the beginning of the body", "SerializationException")
        model = urllib.parse.unquote(found.group(1))
        self.check_model(model)
        self.check_body(body)
        return {**body, "model": model, "stream": found.group(2) is not None}

    def check_caller(self, method, path, headers, raw):
        bearer = headers.get("authorization", "")
        ahead = self.settings.get("ahead_s", 0)
        date = [("date", email.utils.formatdate(time.time() + ahead, usegmt=True))]
        if bearer.startswith("Bearer "):
            if bearer != f"Bearer {self.settings.get('key')}":
                refuse("Authentication failed: Please make sure your API Key is valid.", "AccessDeniedException", date)
            return
        keys = self.settings.get("keys", {})
        try:
            key_id = server_sigv4.check(method, path, headers, raw, keys, "bedrock", self.settings.get("region"), ahead)
        except server_sigv4.Unsigned as problem:
            refuse(problem.text, problem.code, date)
        self.used[key_id] = self.used.get(key_id, 0) + 1
        if self.used[key_id] > keys[key_id].get("times", 1_000_000):
            refuse("The security token included in the request is expired", "ExpiredTokenException", date)

    def check_model(self, model):
        known = self.settings.get("models")
        profiles = self.settings.get("profiles", {})
        bare = model.rpartition("/")[2] if model.startswith("arn:") else model
        if bare in profiles:
            return
        if known is not None and bare not in known:
            refuse("The provided model identifier is invalid.")
        if bare not in self.settings.get("on_demand", [bare]):
            refuse(f"Invocation of model ID {model} with on-demand throughput isn\u2019t supported. Retry your request with "
                   "the ID or ARN of an inference profile that contains this model.")

    def check_body(self, body):
        for field in body:
            if field not in FIELDS:
                refuse(f"The model returned the following errors: extraneous key [{field}] is not permitted")
        for block in body.get("system", []):
            if "cachePoint" not in block and not block.get("text", "").strip():
                refuse("The text field in the ContentBlock object at system.0 is blank. Add text to the text field, and try "
                       "again.")
        config = body.get("inferenceConfig", {})
        for name in config:
            if name not in ("maxTokens", "temperature", "topP", "stopSequences"):
                refuse(f"extraneous key [{name}] is not permitted")
        if config.get("maxTokens", 1) < 1:
            refuse("Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or "
                   "equal to 1")
        self.check_messages(body.get("messages", []), "toolConfig" in body)
        for tool in body.get("toolConfig", {}).get("tools", []):
            spec = tool.get("toolSpec")
            if "cachePoint" in tool:
                continue
            if not TOOL_NAME.fullmatch(spec["name"]) or not isinstance(spec["inputSchema"]["json"], dict):
                refuse(f"Value '{spec['name']}' at 'toolConfig.tools' failed to satisfy constraint")
            if spec.get("description") == "":
                refuse("Invalid length for parameter toolConfig.tools[0].toolSpec.description")
        if "toolConfig" in body and not body["toolConfig"].get("tools"):
            refuse("The value at toolConfig.tools is empty")

    def check_messages(self, messages, tools):
        if not messages:
            refuse("A conversation must have at least one message. Try again with at least one message.")
        if messages[0]["role"] != "user":
            refuse("A conversation must start with a user message. Try again with a conversation that starts with a user "
                   "message.")
        calls = set()
        for before, message in zip([None, *messages], messages):
            if before and before["role"] == message["role"]:
                refuse("roles must alternate between \"user\" and \"assistant\", but found multiple "
                       f"\"{message['role']}\" roles in a row")
            answered = set()
            for block in message["content"]:
                if len(block) != 1 or not set(block) <= BLOCKS:
                    refuse("ContentBlock object must set one of the following keys")
                if "text" in block and not block["text"].strip():
                    refuse("The text field in the ContentBlock object is blank. Add text to the text field, and try again.")
                if "toolResult" in block:
                    answered.add(block["toolResult"]["toolUseId"])
                    if not isinstance(block["toolResult"]["content"], list):
                        refuse("toolResult.content must be a list")
                if ("toolUse" in block or "toolResult" in block) and not tools:
                    refuse("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
            if calls != answered:
                refuse("Expected toolResult blocks for the following Ids: " + ", ".join(sorted(calls)))
            calls = {block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block}
            if any(not TOOL_ID.fullmatch(one) for one in calls):
                refuse("toolUseId failed to satisfy constraint: [a-zA-Z0-9_.:-]+")

    # --- lists ---

    def listed(self, path):
        split = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(split.query))
        on_demand = self.settings.get("on_demand", self.settings.get("models", []))
        if split.path == "/foundation-models":
            return Turn({}, body={"modelSummaries": [
                {"modelId": name, "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{name}",
                 "inferenceTypesSupported": ["ON_DEMAND"] if name in on_demand else ["INFERENCE_PROFILE"],
                 "outputModalities": ["TEXT"], "responseStreamingSupported": True, "modelLifecycle": {"status": "ACTIVE"}}
                for name in self.settings.get("models", [])]})
        if split.path == "/inference-profiles":
            names = sorted(self.settings.get("profiles", {}))
            first = int(query.get("nextToken", 0))
            last = first + min(int(query.get("maxResults", 100)), self.settings.get("page", 1000))
            arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/"
            body = {"inferenceProfileSummaries": [
                {"inferenceProfileId": name, "inferenceProfileArn": arn + name, "status": "ACTIVE", "type": "SYSTEM_DEFINED",
                 "models": [{"modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{model}"}
                            for model in self.settings["profiles"][name]]} for name in names[first:last]]}
            if last < len(names):
                body["nextToken"] = str(last)
            return Turn({}, body=body)
        refuse("Unable to determine service/operation name to be authorized", "UnknownOperationException")

    # --- answering ---

    @staticmethod
    def text_of(blocks):
        return "".join(block.get("text", "") for block in blocks)

    def words(self, body):
        asked = [self.text_of(message["content"]) for message in body["messages"] if message["role"] == "user"]
        return self.text_of(body.get("system", [])), asked[-1]

    @staticmethod
    def stop_reason(turn):
        return turn.reply.get("finish") or ("tool_use" if turn.tool_calls else "end_turn")

    @staticmethod
    def usage(turn):
        return {"inputTokens": turn.input_tokens, "outputTokens": turn.output_tokens,
                "totalTokens": turn.input_tokens + turn.output_tokens}

    @staticmethod
    def calls(turn):
        return [{"toolUseId": given or f"tooluse_{turn.number}_{index}", "name": name, "input": arguments}
                for index, (given, name, arguments) in enumerate(turn.tool_calls)]

    def answer(self, body, turn):
        content = [{"text": turn.text}] if turn.text else []
        content += [{"toolUse": call} for call in self.calls(turn)]
        return {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": self.stop_reason(turn),
                "usage": self.usage(turn), "metrics": {"latencyMs": 7}}

    def stream(self, body, turn):
        if "exception" in turn.reply:  # before anything was said
            yield self.exception(turn.reply)
            return
        yield event("messageStart", {"role": "assistant"})
        index = 0
        if turn.text:
            for piece in turn.pieces():
                yield event("contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": piece}})
            yield event("contentBlockStop", {"contentBlockIndex": index})
            index += 1
        if "late_exception" in turn.reply:
            yield self.exception({"exception": turn.reply["late_exception"]})
            return
        for call in self.calls(turn):
            start = {"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"]}}
            yield event("contentBlockStart", {"contentBlockIndex": index, "start": start})
            text = json.dumps(call["input"])
            for piece in (text[:len(text) // 2], text[len(text) // 2:]):
                yield event("contentBlockDelta", {"contentBlockIndex": index, "delta": {"toolUse": {"input": piece}}})
            yield event("contentBlockStop", {"contentBlockIndex": index})
            index += 1
        yield event("messageStop", {"stopReason": self.stop_reason(turn)})
        yield event("metadata", {"usage": self.usage(turn), "metrics": {"latencyMs": 7}})

    @staticmethod
    def exception(reply):
        text = json.dumps({"message": reply.get("text", "Too many requests, please wait before trying again.")})
        return frame([(":exception-type", reply["exception"]), (":content-type", "application/json"),
                      (":message-type", "exception")], text.encode())

    def error(self, status):
        return {"message": {429: "Too many requests, please wait before trying again.",
                            503: "Bedrock is unable to process your request."}.get(status, "The request failed.")}
