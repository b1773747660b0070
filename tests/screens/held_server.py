"""A model server that goes on only when the test says so: it sends one piece, waits for `go_on`, and sends the rest. As
long as `refusals` is above 0 it asks for a pause instead."""

import http.server
import json
import threading

TIME_LIMIT = 20  # seconds a piece is held back at most


class HeldServer:
    """Speaks as much of OpenAI's streamed chat completions and of Ollama's pull as the tests here need."""

    def __init__(self, pieces=("The tide ", "turns at noon."), pull=(), refusals=0, pause=50):
        self.pieces, self.pull, self.refusals, self.pause = pieces, pull, refusals, pause
        self.go_on = threading.Semaphore(0)
        held = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def send(self, text):
                data = text.encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()

            def refuse(self):
                data = b'{"error": {"message": "slow down", "type": "rate_limit"}}'
                self.send_response(429)
                self.send_header("retry-after", str(held.pause))
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                if held.refusals > 0:
                    held.refusals -= 1
                    return self.refuse()
                pull = self.path == "/api/pull"
                self.send_response(200)
                self.send_header("content-type", "application/x-ndjson" if pull else "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                try:
                    texts = [json.dumps(line) + "\n" for line in held.pull] if pull else held.events()
                    for index, text in enumerate(texts):
                        if index > 0:
                            held.go_on.acquire(timeout=TIME_LIMIT)
                        self.send(text)
                    self.wfile.write(b"0\r\n\r\n")
                except OSError:
                    pass  # The other side gave up.

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        def event(**choice):
            return "data: " + json.dumps({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                                          "choices": [{"index": 0, "finish_reason": None, **choice}]}) + "\n\n"

        texts = [event(delta={"role": "assistant", "content": piece}) for piece in self.pieces]
        usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
        texts[-1] += event(delta={}, finish_reason="stop") + "data: " + json.dumps(
            {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage}) \
            + "\n\ndata: [DONE]\n\n"
        return texts

    def release(self, pieces=1):
        for _ in range(pieces):
            self.go_on.release()

    def close(self):
        self.release(100)
        self.server.shutdown()
        self.server.server_close()
