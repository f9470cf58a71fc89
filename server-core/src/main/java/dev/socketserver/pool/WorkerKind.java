package dev.socketserver.pool;

/** What kind of thread a worker is. */
public enum WorkerKind {
    /** An operating system thread. */
    PLATFORM,

    /**
     * A virtual thread, which needs JDK 21. Use JDK 24 or later, as before that a virtual thread that blocks inside
     * {@code synchronized} pins its carrier. The limits of the pool are the same.
     */
    VIRTUAL
}
