package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.internal.util.Log;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds tasks that run longer than {@code stuckAfter} and reports each once. While nobody is stuck it costs one look
 * per {@code stuckAfter}. Not thread-safe: guarded by the pool's lock.
 */
final class StuckWatch {
    private static final Log LOG = Log.of(ElasticThreadPool.class);

    private final TaskFailures failures;
    private boolean watching;
    private long look;

    StuckWatch(TaskFailures failures) {
        this.failures = failures;
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

    /** Marks and reports those who are stuck now. */
    FollowUp inspect(PoolConfig config, Crew crew, Tally tally, long now) {
        if (!watching || now - look < 0) {
            return FollowUp.NONE;
        }
        long limit = config.stuckAfter().toNanos();
        long longest = -1;
        List<FollowUp> reports = new ArrayList<>();
        for (Worker worker : crew.members()) {
            if (worker.running == null || worker.isStuck) {
                continue;
            }
            long time = busyTime(worker, worker.running, now);
            if (time >= limit) {
                crew.stuck(worker);
                tally.stuck++;
                reports.add(report(config, worker, worker.running, time));
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

    private FollowUp report(PoolConfig config, Worker worker, Runnable task, long time) {
        boolean abort = config.stuckAction() == StuckAction.ABORT;
        if (abort) {
            // Under the lock the worker cannot have gone on to another task.
            worker.interrupt();
        }
        FollowUp told = FollowUp.telling(failures, () -> {
            PoolEvents.stuck(worker.name(), task.toString(), time);
            LOG.warn("{} has run for {} ms: {}{}", worker.name(), time / 1_000_000, task, stack(worker));
        });
        return abort && task instanceof AbortableTask abortable
                ? told.then(FollowUp.telling(failures, abortable::abort))
                : told;
    }

    /** A task that was reported ended after all. */
    static FollowUp recovered(Worker worker, Runnable task, long time) {
        return () -> LOG.warn("{} has ended after {} ms: {}", worker.name(), time / 1_000_000, task);
    }

    private static String stack(Worker worker) {
        return Arrays.stream(worker.stackTrace())
                .map(frame -> "\n\tat " + frame)
                .collect(Collectors.joining());
    }
}
