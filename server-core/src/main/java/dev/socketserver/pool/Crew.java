package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServiceTask;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool and how many of them are in which state. A worker counts from the moment that it is reserved,
 * before its thread is started, so that no number of submitters can overrun the maximum. Not thread-safe: guarded by
 * the pool's lock.
 */
final class Crew {
    /** Some times what it takes to wake a thread on a processor that is free. */
    private static final long LONG_WAKE = 50_000;

    private final IdleStack idle = new IdleStack();
    private final Set<Worker> members = new LinkedHashSet<>();
    private final int mostWaking;
    private int starting;
    private int waking;
    private long lastProgress;
    private int stuck;
    private int peak;
    private long lastNumber;

    Crew(int processors) {
        this.mostWaking = processors;
    }

    /** All workers: starting, idle and busy ones. */
    int size() {
        return members.size();
    }

    int starting() {
        return starting;
    }

    int busy() {
        return members.size() - starting - idle.size();
    }

    /** How many of the busy ones are about a long task that waits for work. */
    int waiting() {
        return (int) members.stream()
                .filter(worker ->
                        worker.running instanceof ServiceTask task && task.busySince() == ServiceTask.NOT_BUSY)
                .count();
    }

    int stuck() {
        return stuck;
    }

    int peak() {
        return peak;
    }

    IdleStack idle() {
        return idle;
    }

    Collection<Worker> members() {
        return Collections.unmodifiableSet(members);
    }

    /**
     * Whether waking one more worker is of use. More than the machine can run at once is not: while that many wake up,
     * a task is better queued, for one of them or of those that finish. Unless nothing has come of it for long: then
     * something else has the processors that they were to run on, and each is waiting for its turn there.
     */
    boolean mayWake(long now) {
        return waking < mostWaking || now - lastProgress > LONG_WAKE;
    }

    /** A worker begins a task. */
    void progressed(long now) {
        lastProgress = now;
    }

    /** Takes the idle worker that worked last, to be given a task and woken; null if none is idle. */
    @Nullable
    Worker takeIdle(long now) {
        Worker worker = idle.pop();
        if (worker != null) {
            waking++;
            lastProgress = now;
        }
        return worker;
    }

    /** A worker that was idle runs again. */
    void awoken() {
        waking--;
    }

    /** Makes places for new workers, which somebody has to start once the lock is released. */
    List<Worker> reserve(int count, LongFunction<Worker> worker) {
        List<Worker> reserved = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            reserved.add(worker.apply(++lastNumber));
        }
        members.addAll(reserved);
        starting += count;
        peak = Math.max(peak, members.size());
        return reserved;
    }

    /** A reserved worker runs. */
    void arrived() {
        starting--;
    }

    /** Reserved workers could not be started. */
    void startFailed(List<Worker> reserved) {
        reserved.forEach(members::remove);
        starting -= reserved.size();
    }

    /** A worker's task has run too long. */
    void stuck(Worker worker, StuckWatch.StuckTask task) {
        worker.stuck = task;
        stuck++;
    }

    /** A stuck worker's task has ended after all. */
    void recovered(Worker worker) {
        worker.stuck = null;
        stuck--;
    }

    /** Ends a worker that is not in the idle stack. */
    void leave(Worker worker) {
        members.remove(worker);
        worker.dismiss();
    }

    /** Whether the current thread is one of the workers. */
    boolean isCurrentThreadMember() {
        return members.stream().anyMatch(Worker::isCurrentThread);
    }
}
