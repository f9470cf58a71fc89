package dev.socketserver.pool;

/** What kind of thread a worker is. */
public enum WorkerKind {
    /** An operating system thread. */
    PLATFORM,

    /**
     * A virtual thread: needs JDK 21, advised from JDK 24 on, since before that a virtual thread that blocks inside
     * {@code synchronized} holds on to its carrier. The limits of the pool are the same.
     */
    VIRTUAL
}
