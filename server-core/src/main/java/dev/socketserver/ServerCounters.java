package dev.socketserver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What a server counts, over all its runs. Thread-safe. */
final class ServerCounters {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder acceptFailures = new LongAdder();
    private final Map<Rejection, Long> rejections = new ConcurrentHashMap<>();

    void accepted() {
        accepted.increment();
    }

    /** A handler is about to handle. */
    void handling() {
        requests.increment();
    }

    void failed() {
        failed.increment();
    }

    void rejected(Rejection reason) {
        rejections.merge(reason, 1L, Long::sum);
    }

    void acceptFailed() {
        acceptFailures.increment();
    }

    ServerSnapshot snapshot(ServerState state, int open) {
        return new ServerSnapshot(
                state,
                open,
                accepted.sum(),
                requests.sum(),
                failed.sum(),
                Map.copyOf(rejections),
                acceptFailures.sum());
    }
}
