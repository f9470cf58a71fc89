package dev.socketserver.internal.util;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs failures that may occur a thousand times a second. A failure's kind is its type and the place that threw it. At
 * most one line of each kind is written every {@link #INTERVAL}, with the number of lines suppressed before it, so that
 * a frequent failure never hides a rare one. Never throws. Thread-safe.
 */
public final class RateLimitedLog {
    /** The minimum time between two lines of the same kind. */
    public static final Duration INTERVAL = Duration.ofSeconds(15);

    /** The maximum number of kinds; if there are more, the one that has not occurred for longest is forgotten. */
    static final int MAX_KINDS = 64;

    private record Kind(Class<?> type, @Nullable StackTraceElement place) {
        static Kind of(Throwable cause) {
            StackTraceElement[] stack = cause.getStackTrace();
            return new Kind(cause.getClass(), stack.length == 0 ? null : stack[0]);
        }
    }

    /** Guarded by the log's monitor. */
    private static final class Line {
        private long written;
        private long leftOut;

        Line(long written) {
            this.written = written;
        }
    }

    static {
        // Links the record's methods, which the JVM otherwise does on the first call. Without memory, that would fail,
        // and the JVM could never link the methods of any record again.
        new LinkedHashMap<Kind, Line>().put(Kind.of(new Throwable()), new Line(0));
    }

    private final Log log;
    private final LongSupplier nanoTime;

    /** The last line of each kind, least recently used first; guarded by this. */
    private final Map<Kind, Line> lines = new LinkedHashMap<>(16, 0.75f, true);

    /** Creates a log that writes to the given one. */
    public RateLimitedLog(Log log) {
        this(log, System::nanoTime);
    }

    RateLimitedLog(Log log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /** Logs a warning of one line: the message, then the cause; {@code {}} in the message stands for the subject. */
    public void warn(String message, Object subject, Throwable cause) {
        try {
            long leftOut = leftOutBefore(cause);
            if (leftOut >= 0) {
                log.warn("{}: {}{}", message.replace("{}", subject.toString()), cause, more(leftOut));
            }
        } catch (Throwable failure) {
            Log.backEndFailed(failure);
        }
    }

    /** Logs an error with the cause's stack trace; {@code {}} in the message stands for the subject. */
    public void error(String message, Object subject, Throwable cause) {
        try {
            long leftOut = leftOutBefore(cause);
            if (leftOut >= 0) {
                log.error(message.replace("{}", subject.toString()) + more(leftOut), cause);
            }
        } catch (Throwable failure) {
            Log.backEndFailed(failure);
        }
    }

    private static String more(long leftOut) {
        return leftOut == 0 ? "" : " (" + leftOut + " similar lines suppressed)";
    }

    /**
     * Returns how many lines of this kind were suppressed since the last one, or -1 if this one is to be suppressed.
     */
    private synchronized long leftOutBefore(Throwable cause) {
        long now = nanoTime.getAsLong();
        Kind kind = Kind.of(cause);
        Line last = lines.get(kind);
        if (last == null) {
            lines.put(kind, new Line(now));
            forgetOldest();
            return 0;
        }
        if (now - last.written < INTERVAL.toNanos()) {
            last.leftOut++;
            return -1;
        }
        long leftOut = last.leftOut;
        last.written = now;
        last.leftOut = 0;
        return leftOut;
    }

    private void forgetOldest() {
        if (lines.size() > MAX_KINDS) {
            lines.remove(lines.keySet().iterator().next());
        }
    }
}
