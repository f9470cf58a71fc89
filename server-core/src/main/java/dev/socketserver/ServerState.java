package dev.socketserver;

/**
 * The lifecycle state of a server.
 *
 * <pre>
 *            bind()              serveForever(), start()
 *   ┌─────┐ ────────▶ ┌──────────┐ ──────────▶ ┌───────┐
 *   │ NEW │           │ STARTING │             │ READY │
 *   └─────┘           └──────────┘             └───────┘
 *                      ▲       │ shutdown()        │ shutdown()
 *               bind() │       ▼                   ▼
 *                    ┌─────────┐  all ended  ┌──────────┐
 *                    │ STOPPED │ ◀────────── │ DRAINING │
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
