package dev.socketserver.attack;

import java.net.ProtocolException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the clients of a soak have met. Thread-safe. */
final class SoakLedger {
    private static final int MOST_SHOWN = 20;

    private final AtomicInteger changes = new AtomicInteger(); // odd while the servers are stopped
    private final AtomicInteger shown = new AtomicInteger();
    private final LongAdder answered = new LongAdder();
    private final LongAdder wrong = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder interrupted = new LongAdder();
    private final LongAdder misbehaved = new LongAdder();

    /** The servers stop, or are there again. */
    void change() {
        changes.incrementAndGet();
    }

    /** Returns how often the servers have stopped and started. */
    int changes() {
        return changes.get();
    }

    /** Counts requests that were answered as they should be. */
    void answered(int requests) {
        answered.add(requests);
    }

    /** Counts a client that connects to break rules. */
    void misbehaved() {
        misbehaved.increment();
    }

    /**
     * Counts the failure of a well-behaved client. One that a stop may have caused is none.
     *
     * @param since the {@link #changes()} when its connection was last known to be good
     */
    void failed(SoakBehaviour client, int since, Exception failure) {
        if (failure instanceof ProtocolException) {
            wrong.increment();
        } else if (since % 2 == 1 || since != changes.get()) {
            interrupted.increment();
            return;
        } else {
            failed.increment();
        }
        if (shown.incrementAndGet() <= MOST_SHOWN) {
            System.err.println("fault: " + client + ": " + failure);
        }
    }

    /** Returns how many requests were answered. */
    long answered() {
        return answered.sum();
    }

    /** Returns how many answers were wrong. */
    long wrong() {
        return wrong.sum();
    }

    /** Returns how many well-behaved clients failed while the servers ran. */
    long failed() {
        return failed.sum();
    }

    /** Returns how many well-behaved clients a stop has interrupted. */
    long interrupted() {
        return interrupted.sum();
    }

    /** Returns how many connections broke rules. */
    long misbehaving() {
        return misbehaved.sum();
    }
}
