package dev.socketserver.examples.load;

/** Says when operations are meant to begin. Confined to one client loop, but for {@link #start} and {@link #end}. */
interface Pace {
    /** Sets the beginning of the schedule. */
    void start(long nanoTime);

    /** No operation is meant to begin from now on. */
    void end(long nanoTime);

    /** Whether an operation may begin. */
    boolean isDue(long now);

    /** Takes the operation that is due; returns the time, in {@code nanoTime}, at which it was meant to begin. */
    long take(long now);

    /** Nanoseconds until {@link #isDue} may turn true. */
    long untilDue(long now);

    /** Takes all operations that were meant to begin and have not; returns how many. */
    long takeOverdue(long now);
}
