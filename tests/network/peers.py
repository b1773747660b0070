"""The other side: model servers and a proxy, on addresses of the namespace. They keep what they were asked."""

import http.server
import json
import select
import socket
import socketserver
import ssl
import struct
import threading


def answer_to(path, body):
    model = json.loads(body)["model"]
    message = {"role": "assistant", "content": "hello"}
    if path.endswith("/api/chat"):
        answer = {"model": model, "created_at": "2026-01-01T00:00:00Z", "message": message, "done": True,
                  "done_reason": "stop", "prompt_eval_count": 1, "eval_count": 1}
    else:
        answer = {"id": "c", "object": "chat.completion", "model": model,
                  "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                  "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
    return model, json.dumps(answer).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format, *arguments):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        model, answer = answer_to(self.path, body)
        self.server.seen.append((self.path, model, dict(self.headers)))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_CONNECT(self):
        self.server.seen.append((self.path, "", dict(self.headers)))
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with socket.create_connection(self.server.tunnel_to) as other:
            pairs = {self.connection: other, other: self.connection}
            while True:
                for ready in select.select(list(pairs), [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    pairs[ready].sendall(data)


class Peer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A model server, and a proxy for whoever asks it as one: it answers itself, or leads to `tunnel_to`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address="127.0.0.1", tunnel_to=None):
        super().__init__((address, 0), Handler)
        self.seen = []
        self.tunnel_to = tunnel_to
        self.host, self.port = self.server_address
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer would look its own name up.

    def handle_error(self, request, client_address):
        pass

    @property
    def models(self):
        return [model for _, model, _ in self.seen]


class Http2Peer:
    """A model server that speaks HTTP/2 over TLS and nothing else. `streams` counts requests by connection."""

    DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
    # :status 200 and content-type by their places in the static table of RFC 7541.
    ANSWER_HEADER = b"\x88\x0f\x10\x10application/json"

    def __init__(self, certificate, key):
        self.models = []
        self.streams = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.context.set_alpn_protocols(["h2"])
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as secure:
                self.speak(secure, secure.makefile("rb"))
        except (OSError, EOFError):
            pass

    def speak(self, secure, stream):
        def send(kind, flags, number, payload=b""):
            secure.sendall(struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", number) + payload)

        stream.read(len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
        send(self.SETTINGS, 0, 0)
        place = len(self.streams)
        self.streams.append(0)
        bodies = {}
        while True:
            head = stream.read(9)
            if len(head) < 9:
                return
            payload = stream.read(int.from_bytes(head[:3], "big"))
            kind, flags, number = head[3], head[4], int.from_bytes(head[5:], "big")
            if kind in (self.SETTINGS, self.PING) and not flags & 1:
                send(kind, 1, 0, payload if kind == self.PING else b"")
            if kind == self.DATA:
                bodies[number] = bodies.get(number, b"") + payload
            if kind == self.DATA and flags & 1:
                model, answer = answer_to("/v1/chat/completions", bodies.pop(number))
                self.models.append(model)
                self.streams[place] += 1
                send(self.HEADERS, 4, number, self.ANSWER_HEADER)
                send(self.DATA, 1, number, answer)
