package dev.socketserver;

/** How a server waits for what its peers send. */
public enum Engine {
    /** {@link #SELECTING} with an elastic thread pool, the server's own or a given one; else {@link #BLOCKING}. */
    AUTO,

    /** A thread waits with its connection, also between two messages of a connection that is kept open. */
    BLOCKING,

    /**
     * Connections wait for their peers in a selector, and hold no worker and no buffer; a leading worker runs the
     * handlers of those that are ready, and hands the lead on when one blocks. Needs an elastic thread pool.
     */
    SELECTING
}
