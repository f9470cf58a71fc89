package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.internal.util.Log;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds tasks that run longer than {@code stuckAfter} and reports each once. While nobody is stuck it costs one look
 * per {@code stuckAfter}. Not thread-safe: guarded by the pool's lock.
 */
final class StuckWatch {
    private static final Log LOG = Log.of(ElasticThreadPool.class);

    private final PoolState state;
    private boolean watching;
    private long look;

    StuckWatch(PoolState state) {
        this.state = state;
    }

    /** Begins to watch when a task starts; true if a look has to be arranged. */
    boolean watch(PoolConfig config, long now) {
        if (watching) {
            return false;
        }
        watching = true;
        look = now + config.stuckAfter().toNanos();
        return true;
    }

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

    /** Marks those who are stuck now; what is returned reports them. */
    FollowUp inspect(long now) {
        if (!watching || now - look < 0) {
            return FollowUp.NONE;
        }
        long limit = state.config.stuckAfter().toNanos();
        boolean abort = state.config.stuckAction() == StuckAction.ABORT;
        long longest = -1;
        List<FollowUp> reports = new ArrayList<>();
        for (Worker worker : state.crew.members()) {
            if (worker.running == null || worker.stuck != null) {
                continue;
            }
            long time = busyTime(worker, worker.running, now);
            if (time >= limit) {
                StuckTask stuck = new StuckTask(worker, worker.running, time, abort);
                reports.add(stuck);
                state.crew.stuck(worker, stuck);
                state.tally.stuck++;
            } else {
                longest = Math.max(longest, time);
            }
        }
        watching = longest >= 0;
        look = now + limit - Math.max(longest, 0);
        return FollowUp.all(reports);
    }

    /** How long a worker's task, or the present piece of a long one, has been running. */
    static long busyTime(Worker worker, @Nullable Runnable task, long now) {
        if (task instanceof ServiceTask service) {
            long since = service.busySince();
            return since == ServiceTask.NOT_BUSY ? 0 : now - since;
        }
        return now - worker.runningSince;
    }

    /** The task of a worker ended that was found stuck; whoever comes last, this or the report, logs the end. */
    FollowUp ended(Worker worker, long time) {
        StuckTask stuck = Objects.requireNonNull(worker.stuck, "not stuck");
        state.crew.recovered(worker);
        stuck.time = time;
        stuck.ended = true;
        return stuck.reported ? stuck::logEnd : FollowUp.NONE;
    }

    /**
     * A task that was found stuck, and what is done about it: first it is reported, with the stack that it has then,
     * and only then its worker is interrupted and it is told to abort.
     */
    final class StuckTask implements FollowUp {
        private final Worker worker;
        private final Runnable task;
        private final boolean abort;

        /** How long it had run when it was found. */
        private final long found;

        /** Whether the report has been written, and whether the task has ended; both guarded by the pool's lock. */
        private boolean reported;

        private boolean ended;

        /** How long it ran in all; written under the pool's lock. */
        private long time;

        private StuckTask(Worker worker, Runnable task, long found, boolean abort) {
            this.worker = worker;
            this.task = task;
            this.found = found;
            this.abort = abort;
        }

        @Override
        public void proceed() {
            state.failures.run(this::report);
            if (state.read(this::endReport)) {
                logEnd();
            } else if (abort && task instanceof AbortableTask abortable) {
                state.failures.run(abortable::abort);
            }
        }

        private void report() {
            String stack = stack(worker);
            boolean stillRuns = state.read(() -> !ended);
            PoolEvents.stuck(worker.name(), task.toString(), found);
            LOG.warn("{} has run for {} ms: {}{}", worker.name(), found / 1_000_000, task, stillRuns ? stack : "");
        }

        /** Returns whether the task has ended meanwhile; if not, interrupts it. With the lock held. */
        private boolean endReport() {
            reported = true;
            if (!ended && abort) {
                // While the lock is held the worker cannot go on to another task.
                worker.interrupt();
            }
            return ended;
        }

        private void logEnd() {
            LOG.warn("{} has ended after {} ms: {}", worker.name(), time / 1_000_000, task);
        }
    }

    private static String stack(Worker worker) {
        return Arrays.stream(worker.stackTrace())
                .map(frame -> "\n\tat " + frame)
                .collect(Collectors.joining());
    }
}
