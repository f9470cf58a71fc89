"""Python's own threading server, with its defaults: answers each line, and "big" with 8 MiB."""

import socketserver
import sys

ANSWER = b"x" * (8 << 20) + b"\n"


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(ANSWER if line == b"big\n" else line)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024


with Server(("127.0.0.1", int(sys.argv[1])), Handler) as server:
    print("listening", flush=True)
    server.serve_forever()
