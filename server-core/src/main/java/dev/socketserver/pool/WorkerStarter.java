package dev.socketserver.pool;

import dev.socketserver.internal.util.RateLimitedLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds workers to a pool. A place is taken under the lock, the thread is started without it. With the lock held unless
 * said otherwise.
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
     * Adds as many workers as the growth rule asks for. Never throws: without memory it is as if the threads could not
     * be started.
     *
     * @param occasion the task that has just come, if one has
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

    /** Starts workers whose places have been taken, and gives the places back if the machine refuses. */
    private final class Start extends FollowUp {
        private final List<Worker> reserved;
        private final @Nullable Runnable occasion;

        Start(List<Worker> reserved, @Nullable Runnable occasion) {
            this.reserved = reserved;
            this.occasion = occasion;
        }

        /** Starts the workers; after the first failure the others are not tried. */
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

        /** Gives places back. The occasion stays queued if there is a worker to run it. Without the lock. */
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
                        // Nothing is queued that starting is tried again for, so nobody would let them in.
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
