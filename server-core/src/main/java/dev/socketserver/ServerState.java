package dev.socketserver;

/**
 * Where a server is in its life.
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
    /** Made; holds nothing. */
    NEW,
    /** Bound: the system queues connections, nobody accepts them yet. */
    STARTING,
    /** Accepting and serving. */
    READY,
    /**
     * Told to stop, and not to be sent anything more: still accepting for the {@linkplain ServerConfig#drainDelay()
     * delay}, then taking what the system has queued, and letting what runs finish within the grace.
     */
    DRAINING,
    /** Holds nothing any more; may be started again unless it was closed. */
    STOPPED;

    /** Tells whether the server was told to stop. */
    boolean isEnding() {
        return this == DRAINING || this == STOPPED;
    }
}
