package dev.socketserver.task;

/**
 * How many tasks of a pool are done, at one moment. Immutable and thread-safe.
 *
 * @param done tasks that have ended, by returning or by throwing an exception
 * @param failed those of them that threw an exception
 * @param cancelled tasks that were cancelled before they started
 * @param left tasks that wait or run
 */
public record Progress(long done, long failed, long cancelled, long left) {
    /** Returns how many tasks the pool has accepted so far. */
    public long total() {
        return done + cancelled + left;
    }
}
