#!/usr/bin/env python3
"""A TLS server with a certificate of its own, for tests of the real transport.

    tls_server.py FOLDER [--certificate self-signed|issued|expired|future] [--name IP:127.0.0.1] [--alpn h2] [--close N]

Makes key.pem, certificate.pem and trusted.pem (whom to trust to be content; also in hashed/ by its hash) in FOLDER, prints "PORT N" and
serves until it is killed. Every answer says how many connections and handshakes there were: "handshakes=1 resumed=0 protocol=http/1.1", and with --close also
"closed=1": the first N connections end after their first answer.
"""

import argparse
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import threading

AUTHORITY = """[ca]
default_ca = authority
[authority]
database = index.txt
serial = serial
new_certs_dir = .
policy = names
default_md = sha256
copy_extensions = copy
[names]
commonName = supplied
"""
DATES = {"expired": ("20200101000000Z", "20200201000000Z"), "future": ("20900101000000Z", "20900201000000Z")}
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(folder, *words):
    return subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def make_files(folder, kind, name):
    leaf = ["-subj", "/CN=test", "-addext", f"subjectAltName={name}", "-keyout", "key.pem"]
    if kind == "self-signed":
        openssl(folder, "req", "-x509", *NEW_KEY, "-days", "2", *leaf, "-out", "certificate.pem")
    else:
        openssl(folder, "req", "-new", *NEW_KEY, *leaf, "-out", "request.pem")
    if kind == "issued":
        openssl(folder, "req", "-x509", *NEW_KEY, "-days", "2", "-subj", "/CN=authority", "-keyout", "ca-key.pem", "-out", "trusted.pem")
        openssl(folder, "x509", "-req", "-in", "request.pem", "-CA", "trusted.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2",
                "-copy_extensions", "copy", "-out", "certificate.pem")
    elif kind in DATES:
        (folder / "authority.cnf").write_text(AUTHORITY)
        (folder / "index.txt").write_text("")
        (folder / "serial").write_text("01\n")
        openssl(folder, "ca", "-config", "authority.cnf", "-batch", "-selfsign", "-keyfile", "key.pem", "-in", "request.pem", "-notext",
                "-startdate", DATES[kind][0], "-enddate", DATES[kind][1], "-out", "certificate.pem")
    if kind != "issued":
        (folder / "trusted.pem").write_text((folder / "certificate.pem").read_text())
    (folder / "hashed").mkdir()
    number = openssl(folder, "x509", "-hash", "-noout", "-in", "trusted.pem").strip()
    os.symlink("../trusted.pem", folder / "hashed" / f"{number}.0")


class Server:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.handshakes = self.resumed = self.closed = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(options.folder / "certificate.pem", options.folder / "key.pem")
        if options.alpn:
            self.context.set_alpn_protocols([options.alpn])

    def serve(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as secure:
                with self.lock:
                    self.handshakes += 1
                    self.resumed += secure.session_reused
                    once = self.handshakes <= self.options.close
                self.protocol = secure.selected_alpn_protocol() or "http/1.1"
                (self.speak_http2 if self.protocol == "h2" else self.speak)(secure, secure.makefile("rb"), once)
                secure.shutdown(socket.SHUT_WR)
                with self.lock:
                    self.closed += 1
                while secure.recv(4096):  # What was not read would reset the connection, and take the answer with it.
                    pass
        except (OSError, EOFError):
            pass

    def answer(self):
        with self.lock:
            closed = f" closed={self.closed}" if self.options.close else ""
            return f"handshakes={self.handshakes} resumed={self.resumed} protocol={self.protocol}{closed}".encode()

    def speak(self, secure, stream, once):
        while stream.readline():  # of the request
            length = 0
            while line := stream.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            stream.read(length)
            body = self.answer()
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            if once:
                return

    def speak_http2(self, secure, stream, once):
        """DATA 0, HEADERS 1, SETTINGS 4, PING 6 of RFC 9113; 0x88 is ":status 200" of RFC 7541."""
        def send(kind, flags, number, payload=b""):
            secure.sendall(struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", number) + payload)

        stream.read(len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
        send(4, 0, 0)
        while len(head := stream.read(9)) == 9:
            payload = stream.read(int.from_bytes(head[:3], "big"))
            kind, flags, number = head[3], head[4], int.from_bytes(head[5:], "big")
            if kind in (4, 6) and not flags & 1:
                send(kind, 1, 0, payload if kind == 6 else b"")
            if kind in (0, 1) and flags & 1:
                send(1, 4, number, b"\x88")
                send(0, 1, number, self.answer())
                if once:
                    return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--certificate", default="self-signed")
    parser.add_argument("--name", default="IP:127.0.0.1")
    parser.add_argument("--alpn")
    parser.add_argument("--close", type=int, default=0)
    options = parser.parse_args()
    make_files(options.folder, options.certificate, options.name)
    server = Server(options)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(f"PORT {listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=server.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
