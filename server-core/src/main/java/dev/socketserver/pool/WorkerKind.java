package dev.socketserver.pool;

/** The kind of thread that a worker is. */
public enum WorkerKind {
    /** An operating system thread. */
    PLATFORM,

    /**
     * A virtual thread, which requires JDK 21. JDK 24 or later is recommended: in earlier versions, a virtual thread
     * that blocks inside {@code synchronized} pins its carrier. The limits of the pool are the same.
     */
    VIRTUAL
}
