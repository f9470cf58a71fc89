/*
 * The limit for datagrams: one blocking thread, receive and send inline.
 *
 *   udp_echo PORT
 */
#include "echo.h"

enum { DATAGRAM = 64 * 1024 };

int main(int argc, char **argv) {
    int port = port_argument(argc, argv);
    int fd = bound_socket(port, SOCK_DGRAM);
    static char datagram[DATAGRAM];
    say_listening(port);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        ssize_t n = recvfrom(fd, datagram, DATAGRAM, 0, (struct sockaddr *) &peer, &size);
        if (n >= 0) {
            sendto(fd, datagram, (size_t) n, 0, (struct sockaddr *) &peer, size);
        }
    }
}
