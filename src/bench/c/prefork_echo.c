/*
 * The classic: PROCESSES (default 64) forked before the first connection, each accepting from the same
 * listener and serving one connection at a time. It serves no more connections at once than processes.
 *
 *   prefork_echo PORT [PROCESSES]
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "echo.h"

enum { PROCESSES = 64 };

static void serve_forever(int listener) {
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0) {
            echo_until_end(client);
        }
    }
}

int main(int argc, char **argv) {
    int port = port_argument(argc, argv);
    int processes = argc > 2 ? atoi(argv[2]) : PROCESSES;
    int listener = listen_on(port, 0);
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child < 0) {
            die("fork");
        }
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphans when the parent is stopped */
            serve_forever(listener);
        }
    }
    say_listening(port);
    while (wait(NULL) > 0) {
    }
}
