package dev.socketserver.pool;

/**
 * The life of a pool.
 *
 * <pre>
 *   RUNNING --shutdown--> DRAINING --shutdownNow--> STOPPING --last worker gone--> TERMINATED
 *      |                     \--queue empty and last worker gone--------------------^
 *      \--shutdownNow---------------------------------^
 * </pre>
 */
enum Phase {
    /** Takes tasks. */
    RUNNING,

    /** Takes no tasks, runs the queued ones. */
    DRAINING,

    /** Takes no tasks, has given up the queued ones and interrupted the running ones. */
    STOPPING,

    /** Has no worker left. */
    TERMINATED
}
