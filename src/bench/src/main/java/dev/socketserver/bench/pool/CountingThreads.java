package dev.socketserver.bench.pool;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Makes daemon threads and counts those that were started and those that live. Thread-safe. */
final class CountingThreads implements ThreadFactory {
    private final AtomicLong started = new AtomicLong();
    private final AtomicLong live = new AtomicLong();

    @Override
    public Thread newThread(Runnable body) {
        Thread thread = new Thread(() -> {
            started.incrementAndGet();
            live.incrementAndGet();
            try {
                body.run();
            } finally {
                live.decrementAndGet();
            }
        });
        thread.setDaemon(true);
        return thread;
    }

    long started() {
        return started.get();
    }

    long live() {
        return live.get();
    }
}
