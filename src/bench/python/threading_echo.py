"""CPython's ThreadingMixIn: a thread per connection."""

import socketserver

import echo


class ThreadingEchoServer(socketserver.ThreadingMixIn, echo.EchoServer):
    daemon_threads = True


if __name__ == "__main__":
    echo.serve(ThreadingEchoServer)
