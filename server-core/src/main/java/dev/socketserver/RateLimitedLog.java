package dev.socketserver;

import dev.socketserver.internal.util.Printable;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Writes a line that may come a thousand times a second no more than once every {@link #INTERVAL}, with the number left
 * out since. Thread-safe.
 */
final class RateLimitedLog {
    /** The least time between two lines. */
    static final Duration INTERVAL = Duration.ofSeconds(15);

    static {
        Printable.of(""); // loads the class: a process that is out of descriptors, and logs it, could not
    }

    private final Logger log;
    private final LongSupplier nanoTime;
    private boolean written; // guarded by this
    private long lastWritten; // guarded by this
    private long leftOut; // guarded by this

    RateLimitedLog(Logger log) {
        this(log, System::nanoTime);
    }

    RateLimitedLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /** Logs the message and its cause as a warning of one line, unless something was logged a short while ago. */
    void warn(String message, Throwable cause) {
        long before = leftOutBefore();
        if (before >= 0) {
            log.warn("{}: {}{}", message, Printable.of(cause), more(before));
        }
    }

    /** Logs the message and its cause's stack as an error, unless something was logged a short while ago. */
    void error(String message, Throwable cause) {
        long before = leftOutBefore();
        if (before >= 0) {
            log.error("{}{}", message, more(before), cause);
        }
    }

    private static String more(long before) {
        return before == 0 ? "" : " (and " + before + " times more since the last such line)";
    }

    /** Returns how many lines were left out since the last one, or -1 if this one is to be left out too. */
    private synchronized long leftOutBefore() {
        long now = nanoTime.getAsLong();
        if (written && now - lastWritten < INTERVAL.toNanos()) {
            leftOut++;
            return -1;
        }
        written = true;
        lastWritten = now;
        long before = leftOut;
        leftOut = 0;
        return before;
    }
}
