package dev.socketserver;

/** How a server waits for what its peers send. */
public enum Engine {
    /** {@link #SELECTING} with the server's own pool of platform workers, {@link #BLOCKING} otherwise. The default. */
    AUTO,

    /** A worker waits in a blocking read, also between two requests of a connection that is kept open. */
    BLOCKING,

    /**
     * Connections between two requests wait in a selector, and hold no worker and no buffer; a leading worker runs the
     * handlers of those that are ready, and hands the lead on when one blocks. Needs the server's own pool, of platform
     * workers.
     */
    SELECTING
}
