package dev.socketserver.task;

/**
 * How far a pool is with its tasks, at one moment. Immutable, so thread-safe.
 *
 * @param done tasks that ended, by return or by an exception
 * @param failed those of them that ended by an exception
 * @param cancelled tasks that were given up before they started
 * @param left tasks that wait or run
 */
public record Progress(long done, long failed, long cancelled, long left) {
    /** Returns how many tasks the pool has taken so far. */
    public long total() {
        return done + cancelled + left;
    }
}
