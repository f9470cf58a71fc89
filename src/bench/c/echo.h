/* What the C peers share: opening the listener, saying so, and writing fully. */
#ifndef ECHO_H
#define ECHO_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline int port_argument(int argc, char **argv) {
    int port = argc > 1 ? atoi(argv[1]) : 0;
    if (port <= 0 || port > 65535) {
        fprintf(stderr, "usage: %s PORT [N]\n", argv[0]);
        exit(2);
    }
    return port;
}

static inline void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* A socket bound to 127.0.0.1:port; type is SOCK_STREAM or SOCK_DGRAM with flags. */
static inline int bound_socket(int port, int type) {
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t) port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0
        || bind(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        die("bind");
    }
    return fd;
}

static inline int listen_on(int port, int flags) {
    int fd = bound_socket(port, SOCK_STREAM | flags);
    if (listen(fd, BACKLOG) < 0) {
        die("listen");
    }
    return fd;
}

static inline void say_listening(int port) {
    printf("listening on 127.0.0.1:%d\n", port);
    fflush(stdout);
}

/* Returns 0 when all bytes went out, -1 when the peer is gone. */
static inline int write_fully(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t n = send(fd, bytes, count, MSG_NOSIGNAL);
        if (n <= 0) {
            return -1;
        }
        bytes += n;
        count -= (size_t) n;
    }
    return 0;
}

/* Echoes until the peer closes: what each blocking server does with one connection. */
static inline void echo_until_end(int client) {
    enum { CHUNK = 64 * 1024 };
    char chunk[CHUNK];
    ssize_t n;
    no_delay(client);
    while ((n = read(client, chunk, CHUNK)) > 0) {
        if (write_fully(client, chunk, (size_t) n) < 0) {
            break;
        }
    }
    close(client);
}

#endif
