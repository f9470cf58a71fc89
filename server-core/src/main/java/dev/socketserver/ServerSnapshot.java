package dev.socketserver;

import dev.socketserver.pool.TimeDistribution;
import java.time.Duration;
import java.util.Map;

/**
 * The metrics of a server since its creation. They are read one after another while the server runs, so they may differ
 * slightly from each other. Immutable and thread-safe.
 *
 * @param state the lifecycle state
 * @param open connections or datagrams open now
 * @param accepted connections or datagrams accepted so far
 * @param requests calls of handlers so far: one per datagram, one or more per connection
 * @param failed requests whose handler or a hook threw so far
 * @param rejectionsByReason connections or datagrams closed unserved so far, or answers to datagrams not sent
 * @param acceptFailures failed attempts to accept so far
 * @param limitReached how often there were as many connections as {@link ServerConfig#maxConnections()} allows, so far
 * @param timeAtLimit for how long in total, including now
 * @param messagesDropped messages that {@link StreamConnection#send} did not take, or dropped for newer ones, so far,
 *     because their peers did not read
 * @param bytesReceived bytes received so far, as they are on the network: encrypted, with TLS
 * @param bytesSent bytes sent so far, likewise
 * @param requestTime how long the calls of handlers took that {@code requests} counts and that have returned
 * @param firstByteWait how long connections waited for their peers' first byte, of those that got one
 * @param connectionTime how long the connections lasted that have ended
 * @param endsByReason connections that have ended so far
 */
public record ServerSnapshot(
        ServerState state,
        int open,
        long accepted,
        long requests,
        long failed,
        Map<Rejection, Long> rejectionsByReason,
        long acceptFailures,
        long limitReached,
        Duration timeAtLimit,
        long messagesDropped,
        long bytesReceived,
        long bytesSent,
        TimeDistribution requestTime,
        TimeDistribution firstByteWait,
        TimeDistribution connectionTime,
        Map<EndReason, Long> endsByReason) {

    /** Returns the sum of the rejections over all reasons. */
    public long rejected() {
        return rejectionsByReason.values().stream().mapToLong(Long::longValue).sum();
    }
}
