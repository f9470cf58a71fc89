package dev.socketserver.pool;

/** A time at which something is due, or none. Not thread-safe: guarded by the pool's lock. */
final class Alarm {
    private boolean set;
    private long due;

    boolean isSet() {
        return set;
    }

    /** Returns whether it goes off at that time or before. */
    boolean isSetBefore(long time) {
        return set && due - time <= 0;
    }

    /** Returns whether it has gone off. */
    boolean isDue(long now) {
        return isSetBefore(now);
    }

    /** Returns when it goes off, if it is set. */
    long due() {
        return due;
    }

    void set(long time) {
        set = true;
        due = time;
    }

    void clear() {
        set = false;
    }

    /** Returns the time until it goes off, 0 if it has, {@link Machine#FOREVER} if it is not set. */
    long left(long now) {
        return set ? Math.max(due - now, 0) : Machine.FOREVER;
    }
}
