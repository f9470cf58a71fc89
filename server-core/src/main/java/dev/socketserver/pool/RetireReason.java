package dev.socketserver.pool;

/** Why a worker ended. */
public enum RetireReason {
    /** It was idle, and was not needed for a whole {@code idleWindow}. */
    SURPLUS,

    /** {@code maxWorkers} was lowered, or the stuck worker that it stood in for has recovered. */
    LOWERED,

    /** The pool was shut down. */
    SHUTDOWN
}
