"""Closed-loop load on an echo server, over epoll in one thread: echo_load.py PORT CONNECTIONS SECONDS. Prints answers/s."""

import select
import socket
import sys
import time

port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
message = bytes(range(64))
poller = select.epoll()
sockets = {}
for _ in range(connections):
    peer = socket.create_connection(("127.0.0.1", port))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sockets[peer.fileno()] = peer
    poller.register(peer, select.EPOLLIN)
    peer.send(message)
answers = 0
start = time.perf_counter()
end = start + seconds
while time.perf_counter() < end:
    for descriptor, _ in poller.poll(1):
        peer = sockets[descriptor]
        if peer.recv(65536) != message:
            sys.exit("wrong answer")
        answers += 1
        peer.send(message)
print(round(answers / (time.perf_counter() - start)))
