package dev.socketserver.pool;

/**
 * Decides how many idle workers retire. Those that have been idle for a whole window were not needed, even at the
 * busiest moment in it; beyond the spare ones they are surplus. Twice in a window half of the surplus goes, so that a
 * pool returns from a peak in a few windows whatever its size, while a load that comes and goes within a window costs
 * no thread. Not thread-safe: guarded by the pool's lock.
 */
final class SurplusRule {
    private final PoolState state;

    /** When to look for surplus workers next. */
    private final Supervisor.Alarm alarm = new Supervisor.Alarm();

    SurplusRule(PoolState state) {
        this.state = state;
    }

    /** Arranges for a look, if there may be surplus workers and no look is arranged yet. */
    void watch() {
        if (!alarm.isSet() && surplus(state.workers.idle()) > 0) {
            lookAt(state.now + PoolConfig.nanos(state.config.idleWindow()));
        }
    }

    /** Arranges for a look at the given time. */
    void lookAt(long time) {
        alarm.set(time);
        state.supervisor.arm(time);
    }

    /** Returns the time until the next look, {@link Machine#FOREVER} if none is needed. */
    long nextLook() {
        return alarm.left(state.now);
    }

    /** Returns how many of the longest idle workers are to retire now. */
    int retirees() {
        if (!alarm.isDue(state.now)) {
            return 0;
        }
        long window = PoolConfig.nanos(state.config.idleWindow());
        int surplus = surplus(state.workers.countIdleSince(state.now - window));
        if (surplus(state.workers.idle()) > 0) {
            alarm.set(state.now + Math.max(window / 2, 1));
        } else {
            alarm.clear();
        }
        return (Math.max(surplus, 0) + 1) / 2;
    }

    private int surplus(int unneeded) {
        return Math.min(unneeded - state.config.minSpareWorkers(), state.workers.size() - state.config.minWorkers());
    }
}
