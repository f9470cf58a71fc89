package dev.socketserver.pool;

/**
 * Decides how many workers to start. Workers are wanted when more tasks than the threshold wait, or the oldest has
 * waited too long; not counting tasks that a starting worker will take. They start in steps of 1, 2, 4 and so on, each
 * only when the last has arrived and was not enough: so growth is as fast as the machine starts threads, and no faster
 * than they turn out to be needed. Not thread-safe: guarded by the pool's lock.
 */
final class GrowthRule {
    private static final int LARGEST_STEP = 32;
    private static final long FIRST_PAUSE = 5_000_000;
    private static final long LONGEST_PAUSE = 1_000_000_000;

    private int step = 1;
    private long pause;
    private long pausedUntil;

    /** How many workers to start now. The caller starts them all. */
    int recruits(PoolConfig config, Crew crew, TaskQueue queue, long now) {
        int room = config.maxWorkers() - crew.size();
        if (room <= 0 || (crew.size() > 0 && isPaused(now))) {
            return 0;
        }
        int missing = config.minWorkers() - crew.size();
        int unserved = queue.size() - crew.starting();
        if (unserved <= 0 || !isWanted(config, crew, unserved, queue.oldestWait(now))) {
            step = 1;
            return Math.max(missing, 0);
        }
        if (crew.starting() > 0) {
            return 0;
        }
        int recruits = Math.max(missing, Math.min(Math.min(step, unserved), room));
        step = Math.min(step * 2, LARGEST_STEP);
        return recruits;
    }

    private static boolean isWanted(PoolConfig config, Crew crew, int unserved, long oldestWait) {
        return unserved > config.queueThreshold()
                || crew.size() == 0
                || oldestWait > config.maxQueueWait().toNanos();
    }

    /** The time until a look without any event is needed, {@link Host#FOREVER} if none is. */
    long nextLook(PoolConfig config, Crew crew, TaskQueue queue, long now) {
        boolean isShort = crew.size() < config.minWorkers();
        boolean growable = !queue.isEmpty() && crew.size() < config.maxWorkers();
        if (isPaused(now)) {
            return isShort || growable ? pausedUntil - now : Host.FOREVER;
        }
        if (!growable) {
            return Host.FOREVER;
        }
        long limit = config.maxQueueWait().toNanos();
        long left = limit - queue.oldestWait(now);
        return left >= 0 ? left + 1 : limit;
    }

    /** A thread could not be started: wait before the next try, twice as long each time. */
    void startFailed(long now) {
        pause = Math.min(Math.max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
        pausedUntil = now + pause;
    }

    void startSucceeded() {
        pause = 0;
    }

    boolean isPaused(long now) {
        return pause > 0 && now - pausedUntil < 0;
    }

    /** When starting may be tried again after a failure. */
    long pausedUntil() {
        return pausedUntil;
    }
}
