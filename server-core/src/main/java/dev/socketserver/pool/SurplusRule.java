package dev.socketserver.pool;

/**
 * Decides how many idle workers retire. Workers that have been idle for a whole window were not needed even at its
 * busiest moment; those beyond the spare workers are surplus. Twice per window, half of the surplus retires, so that a
 * pool of any size shrinks from a peak within a few windows, while load that fluctuates within a window costs no
 * thread. Not thread-safe: guarded by the pool's lock.
 */
final class SurplusRule {
    private final PoolState state;

    /** When to check for surplus workers next. */
    private final Supervisor.Alarm alarm = new Supervisor.Alarm();

    SurplusRule(PoolState state) {
        this.state = state;
    }

    /** Schedules a check if there may be surplus workers and none is scheduled yet. */
    void watch() {
        if (!alarm.isSet() && surplus(state.workers.idle()) > 0) {
            lookAt(state.now + PoolConfig.nanos(state.config.idleWindow()));
        }
    }

    /** Schedules a check at the given time. */
    void lookAt(long time) {
        alarm.set(time);
        state.supervisor.arm(time);
    }

    /** Returns the time until the next check, {@link Machine#FOREVER} if none is needed. */
    long nextLook() {
        return alarm.left(state.now);
    }

    /** Returns how many of the workers idle longest are to retire now. */
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
