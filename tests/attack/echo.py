"""A server that says back the key it was sent, in every place and spelling an answer has.

It speaks no protocol well; what it does is in the text that was asked: `<answer>`, `<stream>`, `<status-401>`,
`<pad-17>` (so many characters, then the key), `<cut-9>` (a stream that ends after so many characters of the key),
`<twice>` (429 first), `<bytes-N>`. Everything that arrives is kept in `seen`.
"""

import base64
import http.server
import json
import re
import socketserver
import threading
import urllib.parse


def spelled(key):
    """The key as careless software writes it."""
    raw = key.encode()
    percent = urllib.parse.quote(key, safe="")
    return [key, percent, re.sub("%..", lambda match: match[0].lower(), percent), base64.b64encode(raw).decode(),
            base64.b64encode(b"user:" + raw).decode(), base64.urlsafe_b64encode(b"xy" + raw + b"z").decode(),
            json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1], key.replace("/", "\\/"),
            json.dumps(key)[1:-1].replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
            "".join(f"\\u{ord(c):04x}" for c in key)]


def chat(text, **more):
    return {"id": text, "model": text, "choices": [{"index": 0, "message": {"role": "assistant", "content": text, **more},
                                                   "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}


def claude(text):
    return {"id": "x", "type": "message", "role": "assistant", "model": text, "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}


def local(text):
    return {"model": text, "message": {"role": "assistant", "content": text}, "done": True, "done_reason": "stop"}


def signed(text):
    return {"output": {"message": {"role": "assistant", "content": [{"text": text}]}}, "stopReason": "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}}


def answer_for(path, text):
    if "/messages" in path:
        return claude(text)
    if path.startswith("/api/"):
        return local(text)
    if "/converse" in path:
        return signed(text)
    return chat(text)


def pieces_for(path, pieces):
    """A stream of these texts, without its end."""
    if "/messages" in path:
        yield 'event: message_start\ndata: {"type":"message_start","message":' + json.dumps({**claude(""), "content": []}) + "}\n\n"
        yield 'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
        for piece in pieces:
            yield "data: " + json.dumps({"type": "content_block_delta", "index": 0,
                                         "delta": {"type": "text_delta", "text": piece}}) + "\n\n"
    elif path.startswith("/api/"):
        for piece in pieces:
            yield json.dumps({"model": "m", "message": {"role": "assistant", "content": piece}, "done": False}) + "\n"
    else:
        for piece in pieces:
            yield "data: " + json.dumps({"id": "x", "model": "m", "choices": [{"index": 0, "delta": {"content": piece}}]}) + "\n\n"


def end_of_stream(path):
    if "/messages" in path:
        return ('data: {"type":"content_block_stop","index":0}\n\n'
                'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\n'
                'data: {"type":"message_stop"}\n\n')
    if path.startswith("/api/"):
        return json.dumps({"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}) + "\n"
    return 'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format, *arguments):
        pass

    def key(self):
        for name in ("x-api-key", "api-key", "authorization"):
            value = self.headers.get(name)
            if value is not None and "Signature=" not in value:
                return value.encode("latin-1").decode("utf-8", "replace").removeprefix("Bearer ")
        return self.server.owner.key

    def send(self, status, body, kind="application/json", headers=(), length=None):
        body = body if isinstance(body, bytes) else body.encode()
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(body) if length is None else length}",
                 "connection: close", *headers]
        self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.close_connection = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        owner = self.server.owner
        with owner.lock:
            owner.seen.append((self.path, dict(self.headers), body))
            number = len(owner.seen)
        said = re.findall(r"<([a-z]+)(?:-(\d+))?>", body.decode("utf-8", "replace"))
        word, value = said[-1] if said else ("answer", "")
        owner.act(self, word, int(value or 0), self.key(), number)

    do_GET = do_POST = answer


class Echo:
    """The server. `key` is what it says back when a request carries no key that can be read (a signed one)."""

    def __init__(self, key=""):
        self.key = key
        self.seen, self.lock = [], threading.Lock()
        self.held = threading.Event()  # what `<hold>` waits for

        class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 1024

            def handle_error(self, request, client_address):
                pass

        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.listener.owner = self
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.held.set()
        self.listener.shutdown()
        self.listener.server_close()

    def act(self, handler, word, value, key, number):
        path, everything = handler.path, " ; ".join(spelled(key))
        streams = "stream\":true" in self.seen[number - 1][2].decode("utf-8", "replace").replace(" ", "") or (
            path.startswith("/api/chat") and b'"stream":false' not in self.seen[number - 1][2].replace(b" ", b""))
        refusal = {"error": {"message": everything, "type": key, "code": key, "param": key}, "message": everything}
        if word == "hold":
            self.held.wait(30)
            return handler.send(503, "{}")
        if word == "twice" and number % 2:
            return handler.send(429, json.dumps(refusal), headers=["retry-after-ms: 1", "retry-after: 0"])
        if word == "status":
            return handler.send(value, json.dumps(refusal), headers=["x-request-id: " + json.dumps(key)])
        if word == "ascii":
            return handler.send(400, json.dumps(refusal, ensure_ascii=True))
        if word == "plain":
            return handler.send(500, everything, "text/plain")
        if word == "html":
            return handler.send(502, f"<html><title>{everything}</title>{everything}</html>", "text/html")
        if word == "pad":
            return handler.send(400, json.dumps({"error": {"message": "x" * value + key}, "message": "x" * value + key}))
        if word == "plainpad":
            return handler.send(500, "x" * value + key, "text/plain")
        if word == "lie":
            return handler.send(200, json.dumps(answer_for(path, key))[:-20], length=100000)
        if word == "junk":
            return handler.send(200, "data: " + key + "\n\n", "text/event-stream")
        text = "The key is " + everything + "."
        if streams:
            kind = "application/x-ndjson" if path.startswith("/api/") else "text/event-stream"
            if word == "cut":
                return handler.send(200, "".join(pieces_for(path, ["It is ", *key[:value]])), kind)
            pieces = [text] if word == "whole" else list(text) if word == "letters" else [text[i:i + 7] for i in range(0, len(text), 7)]
            return handler.send(200, "".join(pieces_for(path, pieces)) + end_of_stream(path), kind)
        return handler.send(200, json.dumps(answer_for(path, text)))
