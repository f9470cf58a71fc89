package dev.socketserver.internal.stream;

/** Times on the {@code nanoTime} clock until which something may last, one of which stands for no limit. */
final class Deadline {
    /** No deadline. */
    static final long NONE = 0;

    private Deadline() {}

    /** Returns the deadline after a time from now; {@link #NONE} for 0. */
    static long after(long timeoutNanos) {
        return timeoutNanos == 0 ? NONE : at(System.nanoTime() + timeoutNanos);
    }

    /** Returns a time as a deadline, which is not {@link #NONE}. */
    static long at(long time) {
        return time == NONE ? 1 : time;
    }

    /** Returns whether the deadline is reached. */
    static boolean isPast(long deadline) {
        return deadline != NONE && System.nanoTime() - deadline >= 0;
    }

    /** Returns the earlier of two deadlines, either of which may be {@link #NONE}. */
    static long earlier(long one, long other) {
        return one == NONE || (other != NONE && other - one < 0) ? other : one;
    }
}
