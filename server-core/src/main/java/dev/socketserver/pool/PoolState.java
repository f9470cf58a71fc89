package dev.socketserver.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All mutable state of a pool, the one lock that guards it, and what holds whenever the lock is free:
 *
 * <ul>
 *   <li>a task waits only if no worker is idle, or as many workers as the machine can run are just waking up;
 *   <li>a submitter waits only if no worker may be added and the queue was full and is not half empty again;
 *   <li>the size of the crew, which includes starting workers, is at most its limit, unless the limit was just lowered.
 * </ul>
 *
 * <p>Everything that happens to a pool is one decision under the lock, which nothing that may block is part of: the
 * time is read before, and what is left to do afterwards is a {@link FollowUp}. Thread-safe.
 */
final class PoolState {
    final Host host;
    final Supervisor supervisor;
    final TaskFailures failures = new TaskFailures();

    // The parts; each is guarded by the lock, config and phase are also read without it.
    final TaskQueue queue = new TaskQueue();
    final BlockedSubmitters blocked = new BlockedSubmitters();
    final Crew crew;
    final Codel codel = new Codel();
    final GrowthRule growth = new GrowthRule();
    final SurplusRule surplus = new SurplusRule();
    final StuckWatch stuckWatch = new StuckWatch(this);
    final Tally tally = new Tally();
    final Waiters joiners;
    final Waiters terminationWaiters;
    volatile PoolConfig config;
    volatile Phase phase = Phase.RUNNING;

    private final ReentrantLock lock = new ReentrantLock();

    /** A pool that runs, without workers yet; the supervisor, not started, will have the given thing looked after. */
    PoolState(PoolConfig config, Host host, LongSupplier look) {
        this.config = config;
        this.host = host;
        crew = new Crew(host.processors());
        joiners = new Waiters(host);
        terminationWaiters = new Waiters(host);
        supervisor = new Supervisor(host, config.name() + "-supervisor", failures, look);
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** Takes a decision under the lock and follows it up without it. The hot paths do the same without a lambda. */
    void decide(Supplier<FollowUp> decision) {
        read(decision).proceed();
    }

    /** As {@link #decide}, but the decision may be null, for no; tells which. */
    boolean decideWhether(Supplier<@Nullable FollowUp> decision) {
        FollowUp after = read(decision);
        if (after != null) {
            after.proceed();
        }
        return after != null;
    }

    /** Reads something under the lock. */
    <T extends @Nullable Object> T read(Supplier<T> reader) {
        lock.lock();
        try {
            return reader.get();
        } finally {
            lock.unlock();
        }
    }

    // ---- What several decisions share; with the lock held

    /** How many workers there may be: {@code maxWorkers}, and one for each stuck one as far as that is allowed. */
    int limit() {
        return config.maxWorkers() + Math.min(crew.stuck(), config.stuckCompensation());
    }

    /** A starting worker will take one task from the queue at once, so that task's place counts as free. */
    boolean hasRoom() {
        return queue.size() < config.queueCapacity() + crew.starting();
    }

    void enqueue(Runnable task, long now) {
        queue.add(task, now);
        tally.enqueued++;
        tally.peakQueued = Math.max(tally.peakQueued, queue.size());
    }

    /** Counts a task that is not taken, and throws once the lock is released. */
    FollowUp refuse(RejectionReason why, @Nullable Throwable cause) {
        tally.rejected(why);
        return () -> {
            PoolEvents.rejected(config.name(), why);
            throw new TaskRejectedException(config.name(), why, cause);
        };
    }

    /** Counts a task that was taken and is given up, and tells it once the lock is released. */
    FollowUp giveUp(Runnable task, RejectionReason why) {
        tally.rejected(why);
        return () -> {
            PoolEvents.rejected(config.name(), why);
            if (task instanceof RejectableTask rejectable) {
                failures.run(() -> rejectable.rejected(why));
            }
        };
    }

    /** Ends some of the idle workers, those that have been idle longest. */
    FollowUp retire(int count, RetireReason why) {
        List<FollowUp> wakes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Worker worker = crew.idle().popBottom();
            if (worker == null) {
                break;
            }
            wakes.add(leave(worker, why).then(worker));
        }
        return FollowUp.all(wakes);
    }

    /** Ends a worker that is not idle any more. */
    FollowUp leave(Worker worker, RetireReason why) {
        crew.leave(worker);
        tally.retired(why);
        return PoolEvents.retired(worker.name(), why);
    }

    /** Nothing is queued and nothing runs, but for long tasks that wait for work. */
    boolean isQuiet() {
        return queue.isEmpty() && blocked.isEmpty() && (crew.busy() == 0 || crew.busy() == crew.waiting());
    }

    FollowUp releaseIfQuiet() {
        return !joiners.isEmpty() && isQuiet() ? joiners.release() : FollowUp.NONE;
    }

    FollowUp terminateIfDone() {
        if (phase == Phase.RUNNING || phase == Phase.TERMINATED || crew.size() > 0 || !queue.isEmpty()) {
            return FollowUp.NONE;
        }
        phase = Phase.TERMINATED;
        return terminationWaiters.release().then(supervisor);
    }

    PoolSnapshot snapshot() {
        long now = host.nanoTime();
        return read(() -> new PoolSnapshot(
                crew.size(),
                crew.starting(),
                crew.idle().size(),
                crew.busy(),
                crew.stuck(),
                crew.peak(),
                queue.size(),
                tally.peakQueued,
                Duration.ofNanos(queue.oldestWait(now)),
                blocked.size(),
                codel.isOverloaded(),
                tally.handedOff,
                tally.enqueued,
                tally.completed,
                tally.starts(),
                tally.retirements(),
                tally.rejections(),
                tally.startFailures,
                tally.stuck,
                tally.waits.distribution(),
                tally.runs.distribution()));
    }
}
