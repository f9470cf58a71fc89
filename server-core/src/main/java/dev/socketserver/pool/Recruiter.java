package dev.socketserver.pool;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds workers to a pool. A place is reserved under the lock, the thread is started without it. With the lock held
 * unless said otherwise.
 */
final class Recruiter {
    private final PoolState state;
    private final Dispatcher dispatcher;
    private final RateLimitedLog log = new RateLimitedLog(Log.of(ElasticThreadPool.class));

    Recruiter(PoolState state, Dispatcher dispatcher) {
        this.state = state;
        this.dispatcher = dispatcher;
    }

    /** Adds as many workers as the growth rule asks for; the occasion is the task that has just come, if one has. */
    FollowUp recruitIfWanted(@Nullable Runnable occasion, long now) {
        int recruits = state.growth.recruits(state, now);
        return recruits == 0 ? FollowUp.NONE : recruit(recruits, state.growth.reason(), occasion);
    }

    FollowUp recruit(int count, StartReason why, @Nullable Runnable occasion) {
        String name = state.config.name();
        List<Worker> reserved =
                state.crew.reserve(count, number -> new Worker(dispatcher, state.host, name + '-' + number, why));
        return new Recruitment(this, reserved, occasion);
    }

    /** With no worker and nothing queued that starting is tried again for, nobody would let them in. */
    private FollowUp refuseBlockedIfStranded() {
        if (state.crew.size() > 0 || !state.queue.isEmpty()) {
            return FollowUp.NONE;
        }
        state.tally.rejected(RejectionReason.NO_WORKER, state.blocked.size());
        return state.blocked.refuseAll(RejectionReason.NO_WORKER);
    }

    /** Rolls back workers that could not be started; their occasion stays queued if it can. Without the lock. */
    void startFailed(List<Worker> reserved, @Nullable Runnable occasion, Throwable cause) {
        long now = state.host.nanoTime();
        state.decide(() -> {
            state.tally.startFailures++;
            state.crew.startFailed(reserved);
            state.growth.startFailed(now);
            boolean stranded = state.crew.size() == 0 && occasion != null && state.queue.remove(occasion);
            FollowUp tell = stranded ? state.refuse(RejectionReason.NO_WORKER, cause) : () -> log(cause);
            return refuseBlockedIfStranded()
                    .then(state.supervisor.arm(state.growth.pausedUntil()))
                    .then(state.terminateIfDone())
                    .then(state.releaseIfQuiet())
                    .then(tell);
        });
    }

    private void log(Throwable cause) {
        log.warn("pool {} could not start a worker, and goes on with those it has", state.config.name(), cause);
    }
}
