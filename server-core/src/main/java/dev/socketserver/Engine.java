package dev.socketserver;

/** How a server waits for input from its peers. */
public enum Engine {
    /** {@link #SELECTING} with an elastic thread pool, the server's own or a configured one; else {@link #BLOCKING}. */
    AUTO,

    /** Each connection holds a thread, even between two messages of a connection that is kept open. */
    BLOCKING,

    /**
     * Connections wait for their peers in a selector, and hold no worker and no buffer. A leading worker runs the
     * handlers of ready connections, and passes the lead on when a handler blocks. Needs an elastic thread pool.
     */
    SELECTING
}
