package dev.socketserver.fault;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One call of the system that fails, of all that are made: the one with the number that was armed. Thread-safe. */
public final class Fault {
    /** How a call fails. */
    public enum Kind {
        IO,
        RUNTIME,
        ERROR,
        /** As executors refuse a task; a handler may throw it, too. */
        REJECTED,
        ASSERTION,
        STACK,
        /** By an exception that is its own cause's cause. */
        CIRCULAR;

        /** How a call of the system fails. */
        public static final List<Kind> OF_THE_SYSTEM = List.of(IO, RUNTIME, ERROR);

        /** How the code of users fails. */
        public static final List<Kind> OF_USERS = List.of(RUNTIME, ERROR, REJECTED, ASSERTION, STACK, CIRCULAR);
    }

    private static final AtomicInteger CALLS = new AtomicInteger(); // since it was armed
    private static volatile int failing; // the number of the call that fails; 0 for none
    private static volatile Kind kind = Kind.IO;
    private static volatile @Nullable String failed; // the call that did
    private static volatile List<StackTraceElement> where = List.of();

    private Fault() {}

    /** Counts calls from here on; the one with that number fails. */
    public static void arm(int number, Kind how) {
        failing = 0;
        kind = how;
        failed = null;
        where = List.of();
        CALLS.set(0);
        failing = number;
    }

    /** Has no call fail from here on; returns how many there were. */
    public static int disarm() {
        failing = 0;
        return CALLS.get();
    }

    /** Returns which call failed; null if none did. */
    public static @Nullable String failed() {
        return failed;
    }

    /** Returns where it failed. */
    public static List<StackTraceElement> where() {
        return where;
    }

    /** Called before a call that may throw an {@link IOException}. */
    static void inCall(String call) throws IOException {
        Kind how = kind;
        if (isDue(call, how)) {
            if (how == Kind.IO) {
                throw new IOException("injected into " + call);
            }
            fail(call, how);
        }
    }

    /** Called before a call that throws nothing that is checked. */
    public static void inUncheckedCall(String call) {
        Kind how = kind;
        if (isDue(call, how)) {
            fail(call, how);
        }
    }

    private static void fail(String call, Kind how) {
        String message = "injected into " + call;
        switch (how) {
            case ERROR -> throw new OutOfMemoryError(message);
            case REJECTED -> throw new RejectedExecutionException(message);
            case ASSERTION -> throw new AssertionError(message);
            case STACK -> throw new StackOverflowError(message);
            case CIRCULAR -> throw circular(message);
            default -> throw new IllegalStateException(message);
        }
    }

    private static RuntimeException circular(String message) {
        var cause = new IllegalStateException(message);
        var failure = new IllegalStateException(message, cause);
        cause.initCause(failure);
        return failure;
    }

    private static boolean isDue(String call, Kind how) {
        int number = failing;
        boolean due = number > 0 && CALLS.incrementAndGet() == number;
        if (due) {
            failed = call + " by " + how;
            where = List.of(new Throwable(call).getStackTrace());
        }
        return due;
    }
}
