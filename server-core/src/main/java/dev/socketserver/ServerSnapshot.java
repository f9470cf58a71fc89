package dev.socketserver;

import java.util.Map;

/**
 * The figures of a server, since it was made. They are read one after another while the server goes on, so they need
 * not fit each other to the last one. Immutable, so thread-safe.
 *
 * @param state where the server is in its life
 * @param open connections, or datagrams, that are open now
 * @param accepted connections, or datagrams, so far
 * @param requests how often a handler has handled so far: once for a datagram, and once or more for a connection
 * @param failed requests whose handler, or a hook, threw so far
 * @param rejectionsByReason connections, or datagrams, that were closed unserved so far
 * @param acceptFailures failed attempts to accept so far
 * @param messagesDropped messages that {@link StreamConnection#send} did not take, or dropped for newer ones, so far,
 *     because their peers did not read
 */
public record ServerSnapshot(
        ServerState state,
        int open,
        long accepted,
        long requests,
        long failed,
        Map<Rejection, Long> rejectionsByReason,
        long acceptFailures,
        long messagesDropped) {

    /** Returns the sum of the rejections over all reasons. */
    public long rejected() {
        return rejectionsByReason.values().stream().mapToLong(Long::longValue).sum();
    }
}
