package dev.socketserver.pool;

/**
 * Decides how many idle workers retire. Those that have been idle for a whole window were not needed, even at the
 * busiest moment in it; beyond the spare ones they are surplus. Twice in a window half of the surplus goes, so that a
 * pool returns from a peak in a few windows whatever its size, while a load that comes and goes within a window costs
 * no thread. Not thread-safe: guarded by the pool's lock.
 */
final class SurplusRule {
    private boolean watching;
    private long look;

    /** Begins to watch if there may be surplus workers and nobody watches yet; true if a look has to be arranged. */
    boolean watch(PoolConfig config, Crew crew, long now) {
        if (watching || surplus(config, crew, crew.idle().size()) <= 0) {
            return false;
        }
        watching = true;
        look = now + config.idleWindow().toNanos();
        return true;
    }

    /** When to ask for retirees next, while watching. */
    long look() {
        return look;
    }

    /** Asks for a look at once, because the configuration has changed. */
    void reset(long now) {
        watching = true;
        look = now;
    }

    /** The time until the next look, {@link Host#FOREVER} if none is needed. */
    long nextLook(long now) {
        return watching ? Math.max(look - now, 0) : Host.FOREVER;
    }

    /** How many of the longest idle workers are to retire now. */
    int retirees(PoolConfig config, Crew crew, long now) {
        if (!watching || now - look < 0) {
            return 0;
        }
        long window = config.idleWindow().toNanos();
        int surplus = surplus(config, crew, crew.idle().countIdleSince(now - window));
        watching = surplus(config, crew, crew.idle().size()) > 0;
        look = now + Math.max(window / 2, 1);
        return (Math.max(surplus, 0) + 1) / 2;
    }

    private static int surplus(PoolConfig config, Crew crew, int unneeded) {
        return Math.min(unneeded - config.minSpareWorkers(), crew.size() - config.minWorkers());
    }
}
