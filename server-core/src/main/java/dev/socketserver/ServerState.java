package dev.socketserver;

/**
 * The lifecycle state of a server.
 *
 * <pre>
 *            bind()              serveForever(), start()      pause()
 *   ┌─────┐ ────────▶ ┌──────────┐ ──────────▶ ┌───────┐ ─────────────▶ ┌────────┐
 *   │ NEW │           │ STARTING │             │ READY │                │ PAUSED │
 *   └─────┘           └──────────┘             └───────┘ ◀───────────── └────────┘
 *                      ▲       │ shutdown()        │ shutdown()  resume()    │
 *               bind() │       ▼                   ▼                         │
 *                    ┌─────────┐  all ended  ┌──────────┐    shutdown()      │
 *                    │ STOPPED │ ◀────────── │ DRAINING │ ◀──────────────────┘
 *                    └─────────┘             └──────────┘
 * </pre>
 */
public enum ServerState {
    /** Created; holds no resources. */
    NEW,
    /** Bound: the kernel queues connections, but none is accepted yet. */
    STARTING,
    /** Accepting and serving. */
    READY,
    /** Serving, but accepting nothing until it is resumed: the kernel queues connections. */
    PAUSED,
    /**
     * Shutting down; clients should be directed elsewhere. Still accepting for the
     * {@linkplain ServerConfig#drainDelay() delay}, then accepting the queued connections, and letting running requests
     * finish within the grace period.
     */
    DRAINING,
    /** Holds no resources; may be started again unless it was closed. */
    STOPPED;

    /** Returns whether the server is shutting down or has stopped. */
    boolean isEnding() {
        return this == DRAINING || this == STOPPED;
    }
}
