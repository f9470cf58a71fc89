package dev.socketserver.pool;

/** Why a worker retired. */
public enum RetireReason {
    /** It was idle, and was not needed for a whole {@code idleWindow}. */
    SURPLUS,

    /** {@code maxWorkers} was lowered, or the stuck worker that it replaced has recovered. */
    LOWERED,

    /** The pool was shut down. */
    SHUTDOWN
}
