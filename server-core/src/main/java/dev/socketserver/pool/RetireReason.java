package dev.socketserver.pool;

/** Why a worker ended. */
public enum RetireReason {
    /** It was idle and not needed for a whole {@code idleWindow}. */
    SURPLUS,

    /** {@code maxWorkers} was lowered, or a stuck worker that it stood in for recovered. */
    LOWERED,

    /** The pool was shut down. */
    SHUTDOWN
}
