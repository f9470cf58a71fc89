package dev.socketserver.pool;

import dev.socketserver.internal.util.RateLimitedLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds workers to a pool. A worker is counted under the lock; its thread is started without it. Called with the lock
 * held unless stated otherwise.
 */
final class WorkerStarter {
    private final PoolState state;
    private final Overload overload;
    private final Worker.Source source;
    private final GrowthRule growth;
    private final RateLimitedLog log;

    WorkerStarter(PoolState state, Overload overload, Worker.Source source) {
        this.state = state;
        this.overload = overload;
        this.source = source;
        this.growth = new GrowthRule(state, overload);
        this.log = new RateLimitedLog(state.log);
    }

    GrowthRule growth() {
        return growth;
    }

    /**
     * Adds as many workers as the growth rule requests. Never throws: lack of memory is treated as a failure to start
     * the threads.
     *
     * @param occasion the task that has just arrived, if any
     */
    void startIfWanted(@Nullable Runnable occasion) {
        int wanted = growth.wanted();
        if (wanted > 0) {
            start(wanted, growth.reason(), occasion);
        }
    }

    /** Adds workers, as {@link #startIfWanted} does. */
    void start(int count, StartReason why, @Nullable Runnable occasion) {
        try {
            List<Worker> reserved = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String name = state.config.name() + '-' + state.workers.nextNumber();
                reserved.add(new Worker(source, state.machine, state.failures, name, why));
            }
            Start start = new Start(reserved, occasion);
            state.workers.reserve(reserved);
            state.followUps.add(start);
        } catch (Throwable failure) {
            startFailed();
        }
    }

    private void startFailed() {
        state.counters.startFailures++;
        growth.startFailed();
        state.supervisor.arm(growth.pausedUntil());
    }

    /** Starts workers that have been counted, and reverts the count if the threads cannot be started. */
    private final class Start extends FollowUp {
        private final List<Worker> reserved;
        private final @Nullable Runnable occasion;

        Start(List<Worker> reserved, @Nullable Runnable occasion) {
            this.reserved = reserved;
            this.occasion = occasion;
        }

        /** Starts the workers; stops at the first failure. */
        @Override
        void proceed() {
            for (int i = 0; i < reserved.size(); i++) {
                try {
                    reserved.get(i).start();
                } catch (Throwable cause) {
                    rollBack(i, cause);
                    return;
                }
            }
        }

        /** Reverts the count. The occasion stays queued if there is a worker to run it. Called without the lock. */
        private void rollBack(int first, Throwable cause) {
            boolean refused = false;
            state.lock();
            try {
                for (int i = first; i < reserved.size(); i++) {
                    state.workers.startFailed(reserved.get(i));
                }
                startFailed();
                if (state.workers.size() == 0) {
                    if (occasion != null && state.queue.remove(occasion)) {
                        state.counters.rejections.add(RejectionReason.NO_WORKER, 1);
                        refused = true;
                    }
                    if (state.queue.isEmpty()) {
                        // With nothing queued, starting is not retried, so nothing else would release blocked
                        // submitters.
                        overload.refuseBlocked(RejectionReason.NO_WORKER);
                    }
                }
            } finally {
                state.unlock();
            }
            if (refused) {
                throw overload.rejected(RejectionReason.NO_WORKER, cause);
            }
            log.warn("pool {} could not start a worker; continuing with the current ones", state.config.name(), cause);
        }
    }
}
