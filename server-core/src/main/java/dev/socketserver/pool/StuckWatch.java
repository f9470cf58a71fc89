package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.internal.util.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds tasks that run longer than {@code stuckAfter} and reports each once. While no task is stuck, this costs one
 * check per {@code stuckAfter}. Not thread-safe: guarded by the pool's lock.
 */
final class StuckWatch {
    /** A check this late, in nanoseconds, means that the whole process was suspended, and its tasks with it. */
    private static final long SUSPENDED = 1_000_000_000;

    /** How long tasks may run on after that before the check, in nanoseconds: most end then. */
    private static final long RESPITE = 100_000_000;

    private final PoolState state;

    /** When to check for stuck tasks next. */
    private final Supervisor.Alarm alarm = new Supervisor.Alarm();

    /** The stuck tasks that have not ended. */
    private final List<StuckTask> stuckTasks = new ArrayList<>();

    /** Whether the check was put off, since it was late. */
    private boolean late;

    StuckWatch(PoolState state) {
        this.state = state;
    }

    /** Schedules a check if none is scheduled yet. Called when a task begins. */
    void watch() {
        if (!alarm.isSet()) {
            lookAt(state.now + PoolConfig.nanos(state.config.stuckAfter()));
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

    /** Finds the tasks that are stuck now, and defers their reports. */
    void look() {
        if (!alarm.isDue(state.now)) {
            return;
        }
        late = !late && alarm.isDue(state.now - SUSPENDED);
        if (late) {
            alarm.set(state.now + RESPITE);
            return;
        }
        long limit = PoolConfig.nanos(state.config.stuckAfter());
        long longest = -1;
        for (int i = 0; i < state.workers.size(); i++) {
            Worker worker = state.workers.get(i);
            Runnable task = worker.running;
            if (task == null || worker.isStuck) {
                continue;
            }
            long time = busyTime(worker, task, state.now);
            if (time >= limit) {
                found(worker, task, time);
            } else {
                longest = Math.max(longest, time);
            }
        }
        if (longest >= 0) {
            alarm.set(state.now + limit - longest);
        } else {
            alarm.clear();
        }
    }

    private void found(Worker worker, Runnable task, long time) {
        StuckTask stuck = new StuckTask(worker, task, time, state.config.stuckAction() == StuckAction.ABORT);
        stuckTasks.add(stuck);
        state.workers.stuck(worker);
        state.counters.stuck++;
        state.followUps.add(stuck);
    }

    /** Returns how long a worker's task, or the current piece of work of a service task, has been running. */
    static long busyTime(Worker worker, Runnable task, long now) {
        if (task instanceof ServiceTask service) {
            long since = service.busySince();
            return since == ServiceTask.NOT_BUSY ? 0 : now - since;
        }
        return now - worker.runningSince;
    }

    /**
     * Called when a task that was found stuck has ended.
     *
     * @return what the worker must do once the lock is released: log the end, unless the report is still being written,
     *     which then logs it; null for nothing
     */
    @Nullable
    Runnable ended(Worker worker, long time) {
        state.workers.recovered(worker);
        for (int i = 0; i < stuckTasks.size(); i++) {
            StuckTask stuck = stuckTasks.get(i);
            if (stuck.worker == worker) {
                stuckTasks.remove(i);
                stuck.time = time;
                stuck.ended = true;
                return stuck.reported ? stuck : null;
            }
        }
        return null;
    }

    /**
     * A task that was found stuck. It is first reported with its current stack trace; only then is its worker
     * interrupted and the task aborted. As a {@link Runnable}, this logs that the task has ended.
     */
    private final class StuckTask extends FollowUp implements Runnable {
        private final Worker worker;
        private final Runnable task;
        private final boolean abort;

        /** How long the task had run when it was found. */
        private final long found;

        /** Whether the report has been written, and whether the task has ended; both guarded by the pool's lock. */
        private boolean reported;

        private boolean ended;

        /** The total run time; written under the pool's lock. */
        private long time;

        StuckTask(Worker worker, Runnable task, long found, boolean abort) {
            this.worker = worker;
            this.task = task;
            this.found = found;
            this.abort = abort;
        }

        @Override
        void proceed() {
            state.failures.run(task, this::report);
            if (endReport()) {
                run();
            } else if (abort && task instanceof AbortableTask abortable) {
                state.failures.run(task, abortable::abort);
            }
        }

        private void report() {
            String stack = stack(worker);
            String name = Printable.text(task);
            boolean stillRuns = !hasEnded();
            PoolEvents.stuck(worker.name(), name, found);
            state.log.warn(
                    "{} has run for {} ms: {}{}", worker.name(), found / 1_000_000, name, stillRuns ? stack : "");
        }

        private boolean hasEnded() {
            state.acquire();
            try {
                return ended;
            } finally {
                state.release();
            }
        }

        /** Interrupts the worker, unless the task has ended meanwhile; returns whether it has. */
        private boolean endReport() {
            state.acquire();
            try {
                reported = true;
                if (!ended && abort) {
                    // While the lock is held, the worker cannot begin another task.
                    worker.abort();
                }
                return ended;
            } finally {
                state.release();
            }
        }

        @Override
        public void run() {
            state.log.warn("{} finished after {} ms: {}", worker.name(), time / 1_000_000, Printable.text(task));
        }
    }

    private static String stack(Worker worker) {
        return Arrays.stream(worker.stackTrace())
                .map(frame -> "\n\tat " + frame)
                .collect(Collectors.joining());
    }
}
