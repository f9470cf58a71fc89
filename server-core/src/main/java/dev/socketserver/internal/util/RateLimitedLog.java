package dev.socketserver.internal.util;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs failures that may occur a thousand times a second. Of each kind, which is the type of the failure and the place
 * that threw it, one line is written every {@link #INTERVAL} at most, with the number of those left out before it; so a
 * frequent failure never hides a rare one. Never throws. Thread-safe.
 */
public final class RateLimitedLog {
    /** The least time between two lines of the same kind. */
    public static final Duration INTERVAL = Duration.ofSeconds(15);

    /** How many kinds are told apart; of more, the one that has not occurred for longest is forgotten. */
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
        // Links the record's methods, which the JVM does when they are first called: without memory, it would fail, and
        // would never be able to link those of any record again.
        new LinkedHashMap<Kind, Line>().put(Kind.of(new Throwable()), new Line(0));
    }

    private final Log log;
    private final LongSupplier nanoTime;

    /** The last line of each kind, the one that has not occurred for longest first; guarded by this. */
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
        return leftOut == 0 ? "" : " (" + leftOut + " more since the last such line)";
    }

    /** Returns how many lines of this kind were left out since the last one, or -1 if this one is to be left out. */
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
