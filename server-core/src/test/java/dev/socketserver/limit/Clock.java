package dev.socketserver.limit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A nanosecond clock in the hand of a test, which overflows soon. Thread-safe. */
final class Clock implements LongSupplier {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

    @Override
    public long getAsLong() {
        return now.get();
    }

    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    void passNanos(long nanos) {
        now.addAndGet(nanos);
    }
}
