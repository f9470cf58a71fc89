package dev.socketserver.examples.demo;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The work of a request: one in {@value #ONE_IN} blocks its thread, as a query of a database does. Thread-safe. */
final class Query {
    /** The longest request, and answer, in bytes, without its line end. */
    static final int LONGEST = 256;

    static final int ONE_IN = 20;
    static final int MILLIS = 50;

    private final AtomicLong count = new AtomicLong();

    /** Does the work of the next request. */
    void run() throws InterruptedIOException {
        if (count.incrementAndGet() % ONE_IN == 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted during a query");
            }
        }
    }
}
