#!/usr/bin/env python3
"""Loopback model servers for tests: they speak the providers' protocols as documented, and nothing of orloj's.

A server checks every request as the provider does (shape, key, roles, tool ids) and answers a broken one with
the provider's own error. What it answers to a good one is scripted; without a script it repeats, in a fixed
form, what it was asked. The same requests in the same order always get the same answers.

Settings of a server (the values of servers.json, all optional):
  kind       openai, anthropic, azure, bedrock, aws, ollama, otlp, html or raw; the server's name when it is one of these, else openai
  key        the key a request must carry; without it any key will do, and none
  models     the models it knows; any other gets the provider's "not found"
  prefix     what stands before /chat/completions or /messages; "/v1" unless said
  fields     of openai: {model: {what its list says beside the id}}
  list_status, list_shape   of openai: a status that refuses the list; data (unless said), bare, or another name
  status     of html: 200 unless said; 302 leads to `location`
  echo_key   true: the error about a wrong key repeats the whole key, as careless proxies do
  formats    of openai: the types of response_format it takes; all three unless said
  usage_always  true: the last event of a stream has the usage, asked for or not, as Mistral's has
  replies    what to answer; the first that fits and is not used up

A reply (all optional):
  match      text that the system prompt or the last user message has to contain
  model      the model the request has to name
  times      how many times this reply is given
  text, tool_calls [{name, arguments, id}], usage {input, output, cached, kept, cost}, finish (the provider's own word)
  status, body (text, or JSON), headers   answer with this status; an error without a body gets the provider's
  delay_ms   wait before answering
  fill       send so many bytes of "x" as the body
  cut        send only so many bytes of the body, then close; of a stream too
  bytes      send exactly this text instead of an HTTP answer, then close
  silence    true: never answer; the connection stays open
  reset      true: reset the connection instead of answering

By hand:  python3 tests/cli/servers.py openai --port 0 --key k --reply "Hello."    prints its port, then serves.
"""

import argparse
import http.client
import http.server
import io
import json
import pathlib
import socket
import socketserver
import struct
import sys
import threading
import time

import server_anthropic
import server_aws
import server_azure
import server_bedrock
import server_ollama
import server_openai
import server_otlp
from server_words import Rejected, Turn


class RawProtocol:
    """Checks nothing: for answers that are not a provider's at all."""

    request_id_header = "x-request-id"

    def __init__(self, settings):
        self.settings = settings

    def check(self, method, path, headers, body):
        return None

    def words(self, body):
        return "", body.decode("utf-8", "replace")

    def answer(self, body, turn):
        return turn.text

    def error(self, status):
        return ""


class LoginPage(RawProtocol):
    """A site that wants somebody to sign in, whatever it is asked."""

    page = ("<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n<body><h1>Sign in to continue</h1>"
            "<form method=\"post\"><input name=\"user\"><input name=\"password\" type=\"password\"></form></body></html>\n")

    def check(self, method, path, headers, body):
        status = self.settings.get("status", 200)
        more = [("location", self.settings.get("location", "/login"))] if status // 100 == 3 else []
        raise Rejected(status, self.page, [("content-type", "text/html; charset=utf-8"), *more])


PROTOCOLS = {"openai": server_openai.Protocol, "anthropic": server_anthropic.Protocol, "azure": server_azure.Protocol,
             "ollama": server_ollama.Protocol, "bedrock": server_bedrock.Protocol, "aws": server_aws.Protocol, "otlp": server_otlp.Protocol,
             "html": LoginPage, "raw": RawProtocol}


class Script:
    """The replies of one server; hands out the first that fits, and counts its uses."""

    def __init__(self, replies):
        self.replies = [dict(reply) for reply in replies]
        self.lock = threading.Lock()

    def pick(self, model, system, last_user):
        with self.lock:
            for reply in self.replies:
                if reply.get("times", 1) <= 0:
                    continue
                wanted = reply.get("match")
                if wanted is not None and wanted not in system and wanted not in last_user:
                    continue
                if "model" in reply and reply["model"] != model:
                    continue
                if "times" in reply:
                    reply["times"] -= 1
                return reply
        return {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "loopback"

    def log_message(self, format, *arguments):
        pass

    def read_body(self):
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def answer(self):
        try:
            body = self.read_body()
            self.server.owner.respond(self, body)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

    def send(self, status, headers, body, cut=None):
        reason = http.client.responses.get(status, "")
        head = f"HTTP/1.1 {status} {reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        head += f"content-length: {len(body)}\r\n\r\n"
        # One write: a head and a body apart would wait for the reader's delayed acknowledgement.
        self.wfile.write(head.encode("latin-1") + (body if cut is None else body[:cut]))
        if cut is not None:
            self.close_connection = True

    def send_body(self, status, headers, body, more=()):
        """A text as plain text, anything else as JSON; `more` headers win over `headers`."""
        plain = [("content-type", "text/plain")] if isinstance(body, str) else []
        merged = dict([*headers, *plain, *more])
        self.send(status, list(merged.items()), (body if isinstance(body, str) else json.dumps(body)).encode())

    def send_stream(self, headers, parts, cut=None):
        head = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.wfile.write((head + "transfer-encoding: chunked\r\n\r\n").encode("latin-1"))
        left = cut
        for part in parts:
            if left is not None:
                part = part[:left]
                left -= len(part)
            if part:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            if left == 0:
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        # The connection is reset when its last descriptor goes, so those of the two streams go first.
        self.rfile.close()
        self.wfile.close()
        self.wfile = io.BytesIO()  # The caller flushes it once more.
        self.connection.close()


class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def server_bind(self):
        # HTTPServer would look its own name up.
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Server:
    """One provider on one port, of loopback unless said. Requests are appended to the file `requests` as JSON lines."""

    def __init__(self, name, settings, port=0, requests=None, address="127.0.0.1"):
        kind = settings.get("kind") or (name if name in PROTOCOLS else "openai")
        self.protocol = PROTOCOLS[kind](settings)
        self.script = Script(settings.get("replies", []))
        self.requests = requests
        self.lock = threading.Lock()
        self.count = 0
        self.stopped = threading.Event()
        self.listener = Listener((address, port), Handler)
        self.listener.owner = self
        self.port = self.listener.server_address[1]

    def start(self):
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.stopped.set()
        self.listener.shutdown()
        self.listener.server_close()

    def record(self, handler, body):
        try:
            parsed = json.loads(body)
        except ValueError:
            parsed = body.decode("utf-8", "replace")
        line = {"method": handler.command, "path": handler.path,
                "headers": {name.lower(): value for name, value in handler.headers.items()}, "body": parsed}
        with self.lock:
            self.count += 1
            if self.requests:
                with open(self.requests, "a", encoding="utf-8") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            return self.count

    def respond(self, handler, raw):
        number = self.record(handler, raw)
        protocol = self.protocol
        headers = [("content-type", "application/json")]
        if protocol.request_id_header:
            headers.append((protocol.request_id_header, f"req_{number:04}"))
        try:
            path = handler.path if getattr(protocol, "sees_query", False) else handler.path.split("?")[0]
            request = protocol.check(handler.command, path, handler.headers, raw)
        except Rejected as refusal:
            return handler.send_body(refusal.status, headers, refusal.body, refusal.headers)
        if isinstance(request, Turn):  # A question that no script answers, such as the list of models.
            return handler.send_body(200, headers, request.body)
        system, last_user = protocol.words(raw if request is None else request)
        model = request.get("model", "") if request else ""
        reply = self.script.pick(model, system, last_user)
        self.deliver(handler, headers, request, Turn(reply, number, system, last_user))

    def streams(self, request):
        wants = getattr(self.protocol, "wants_stream", None)
        return wants(request) if wants else request.get("stream")

    def deliver(self, handler, headers, request, turn):
        reply = turn.reply
        if "delay_ms" in reply:
            time.sleep(reply["delay_ms"] / 1000)
        if reply.get("silence"):
            self.stopped.wait(600)
            handler.close_connection = True
            return None
        if reply.get("reset"):
            return handler.reset()
        if "bytes" in reply:
            handler.wfile.write(reply["bytes"].encode("utf-8"))
            handler.close_connection = True
            return None
        extra = {name.lower(): str(value) for name, value in reply.get("headers", {}).items()}
        headers = [(name, value) for name, value in headers if name not in extra] + list(extra.items())
        status = reply.get("status", 200)
        if "fill" in reply:
            body = "x" * reply["fill"]
        elif "body" in reply:
            body = reply["body"]
        elif status >= 400:
            body = self.protocol.error(status)
        elif request and self.streams(request):
            wanted = getattr(self.protocol, "stream_type", "text/event-stream")
            headers = [(n, wanted if n == "content-type" else v) for n, v in headers]
            return handler.send_stream(headers, self.protocol.stream(request, turn), reply.get("cut"))
        else:
            body = self.protocol.answer(request, turn)
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return handler.send(status, headers, text.encode("utf-8"), reply.get("cut"))


def main():
    arguments = argparse.ArgumentParser(description="Serves one provider on a loopback port until it is ended.")
    arguments.add_argument("kind", choices=sorted(PROTOCOLS))
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--key")
    arguments.add_argument("--reply", action="append", default=[], help="the text of an answer; in turn when several")
    arguments.add_argument("--script", type=pathlib.Path, help="a JSON file with a server's settings")
    arguments.add_argument("--requests", type=pathlib.Path, help="append every request to this file")
    given = arguments.parse_args()

    settings = json.loads(given.script.read_text()) if given.script else {}
    settings["kind"] = given.kind
    if given.key is not None:
        settings["key"] = given.key
    replies = [{"text": text, "times": 1} for text in given.reply]
    if len(replies) == 1:
        del replies[0]["times"]
    settings.setdefault("replies", []).extend(replies)
    server = Server(given.kind, settings, given.port, given.requests)
    server.start()
    print(server.port, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
