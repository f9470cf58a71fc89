/*
 * The physical limit: a TCP echo server on epoll, one loop (or LOOPS of them, each with its own listener
 * on the same port through SO_REUSEPORT). Level-triggered, replies straight from the read buffer.
 *
 *   epoll_echo PORT [LOOPS]
 *
 * Prints "listening on 127.0.0.1:PORT" when ready; ends on SIGTERM.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "echo.h"

enum { EVENTS = 256, CHUNK = 64 * 1024 };

/* Accepts until the backlog is empty. */
static void accept_all(int epoll, int listener) {
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) {
            return;
        }
        no_delay(client);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event) < 0) {
            close(client);
        }
    }
}

/* One read, one reply; a reply that does not fit the socket is finished in blocking mode, as the bench never asks more. */
static void serve(int client, char *chunk) {
    ssize_t n = read(client, chunk, CHUNK);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        close(client);
        return;
    }
    ssize_t written = send(client, chunk, (size_t) n, MSG_NOSIGNAL);
    if (written == n) {
        return;
    }
    if (written < 0 && errno != EAGAIN) {
        close(client);
        return;
    }
    size_t done = written < 0 ? 0 : (size_t) written;
    fcntl(client, F_SETFL, fcntl(client, F_GETFL) & ~O_NONBLOCK);
    int broken = write_fully(client, chunk + done, (size_t) n - done);
    fcntl(client, F_SETFL, fcntl(client, F_GETFL) | O_NONBLOCK);
    if (broken) {
        close(client);
    }
}

static void *loop(void *own_listener) {
    int listener = (int) (intptr_t) own_listener;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    char *chunk = malloc(CHUNK);
    if (epoll < 0 || chunk == NULL || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0) {
        die("epoll");
    }
    struct epoll_event events[EVENTS];
    int ready;
    while ((ready = epoll_wait(epoll, events, EVENTS, -1)) >= 0 || errno == EINTR) {
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listener) {
                accept_all(epoll, listener);
            } else {
                serve(events[i].data.fd, chunk);
            }
        }
    }
    die("epoll_wait");
    return NULL;
}

/* Every listener is open before the server says so. */
int main(int argc, char **argv) {
    int port = port_argument(argc, argv);
    int loops = argc > 2 ? atoi(argv[2]) : 1;
    void *own_listener = (void *) (intptr_t) listen_on(port, SOCK_NONBLOCK);
    for (int i = 1; i < loops; i++) {
        pthread_t thread;
        void *listener = (void *) (intptr_t) listen_on(port, SOCK_NONBLOCK);
        if (pthread_create(&thread, NULL, loop, listener) != 0) {
            die("pthread_create");
        }
    }
    say_listening(port);
    loop(own_listener);
}
