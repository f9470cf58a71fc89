"""What both Python peers share: the handler, the command line and saying that the server listens."""

import socketserver
import ssl
import sys


class EchoHandler(socketserver.StreamRequestHandler):
    """Sends back what has come until the peer closes."""

    disable_nagle_algorithm = True

    def handle(self):
        while chunk := self.request.recv(65536):
            self.request.sendall(chunk)


class EchoServer(socketserver.TCPServer):
    """A TCP server on loopback with a backlog that no load overruns."""

    allow_reuse_address = True
    request_queue_size = 4096

    encryption = None

    def get_request(self):
        """With TLS, the first read shakes hands, in the thread of the connection."""
        request, client_address = super().get_request()
        if self.encryption:
            request = self.encryption.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        return request, client_address

    def handle_error(self, request, client_address):
        """A peer that is gone is nothing to print."""


def serve(server_class):
    """Serves on the port that the command line names, for ever: PORT WORKERS [KEY_AND_CERTIFICATE]."""
    port, workers = int(sys.argv[1]), int(sys.argv[2])
    with server_class(("127.0.0.1", port), EchoHandler) as server:
        if len(sys.argv) > 3:
            server.encryption = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.encryption.load_cert_chain(sys.argv[3])
        if hasattr(server, "init_thread_pool"):
            server.init_thread_pool(workers, workers, workers)
        print(f"listening on 127.0.0.1:{port}", flush=True)
        server.serve_forever()
