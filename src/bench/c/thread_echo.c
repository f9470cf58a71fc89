/*
 * What blocking threads can do at best: a TCP echo server with one detached thread per connection.
 *
 *   thread_echo PORT
 */
#include <pthread.h>
#include <stdint.h>

#include "echo.h"

enum { STACK = 128 * 1024 };

static void *serve(void *client) {
    echo_until_end((int) (intptr_t) client);
    return NULL;
}

int main(int argc, char **argv) {
    int port = port_argument(argc, argv);
    int listener = listen_on(port, 0);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    say_listening(port);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        pthread_t thread;
        if (client >= 0 && pthread_create(&thread, &attributes, serve, (void *) (intptr_t) client) != 0) {
            close(client);
        }
    }
}
