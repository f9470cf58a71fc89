package dev.socketserver.pool;

import dev.socketserver.pool.BlockedSubmitters.Submitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings tasks and workers together. All mutable state of a pool is here and in the parts that this class holds,
 * guarded by one lock. Every public event (a task comes, a worker is free, time has passed, the pool is to stop) is one
 * decision under that lock; what remains to be done without it is returned as a {@link FollowUp}.
 *
 * <p>What holds whenever the lock is free: a task waits only if no worker is idle; a submitter waits only if the queue
 * is full and no worker may be added; {@code size}, which includes the starting workers, is at most {@code maxWorkers}.
 * Thread-safe.
 */
final class Dispatcher {
    private final PoolConfig config;
    private final Host host;
    private final Supervisor supervisor;
    private final ReentrantLock lock = new ReentrantLock();

    // Everything below is guarded by lock; phase is also read without it.
    private final TaskQueue queue = new TaskQueue();
    private final BlockedSubmitters blocked = new BlockedSubmitters();
    private final Crew crew;
    private final GrowthRule growth = new GrowthRule();
    private final SurplusRule surplus = new SurplusRule();
    private final Waiters joiners;
    private final Waiters terminationWaiters;
    private final StartFailureLog startFailureLog;
    private volatile Phase phase = Phase.RUNNING;
    private long startFailures;
    private long handedOff;
    private long enqueued;
    private long completed;
    private long rejected;

    Dispatcher(PoolConfig config, Host host) {
        this.config = config;
        this.host = host;
        crew = new Crew(this, host);
        joiners = new Waiters(host);
        terminationWaiters = new Waiters(host);
        startFailureLog = new StartFailureLog(config.name());
        supervisor = new Supervisor(this, host, config.name() + "-supervisor");
    }

    void start() {
        supervisor.start();
        decide(() -> recruitIfWanted(null, host.nanoTime()));
    }

    /** Takes a decision under the lock and follows it up without. The two hot paths do the same without a lambda. */
    private void decide(Supplier<FollowUp> decision) {
        FollowUp after;
        lock.lock();
        try {
            after = decision.get();
        } finally {
            lock.unlock();
        }
        after.proceed();
    }

    // ---- A task comes

    void submit(Runnable task) {
        FollowUp after;
        lock.lock();
        try {
            after = admit(task);
        } finally {
            lock.unlock();
        }
        after.proceed();
    }

    private FollowUp admit(Runnable task) {
        if (phase != Phase.RUNNING) {
            return refuse(RejectionReason.SHUTDOWN, null);
        }
        Worker idle = crew.idle().pop();
        if (idle != null) {
            handedOff++;
            idle.assign(task);
            return idle;
        }
        if (hasRoom()) {
            return enqueue(task);
        }
        if (crew.size() < config.maxWorkers()) {
            // The new worker will take one from the queue, so there is room for this task behind it.
            FollowUp start = new Recruitment(this, crew.reserve(1, config.name()), task);
            return enqueue(task).then(start);
        }
        return overflow(task);
    }

    /** Takes a task unless that means waiting; see {@link ElasticThreadPool#tryExecute}. */
    boolean offer(Runnable task) {
        boolean[] taken = {true};
        decide(() -> {
            boolean startable = crew.size() < config.maxWorkers() && !growth.isPaused(host.nanoTime());
            if (phase == Phase.RUNNING && crew.idle().size() == 0 && startable) {
                enqueued++;
                queue.addFirst(task, host.nanoTime());
                return new Recruitment(this, crew.reserve(1, config.name()), task);
            }
            taken[0] = phase == Phase.RUNNING && (crew.idle().size() > 0 || hasRoom());
            return taken[0] ? admit(task) : FollowUp.NONE;
        });
        return taken[0];
    }

    /** Tells whether a task waits that no worker, idle or starting, will take at once. */
    boolean isSaturated() {
        return read(() -> queue.size() > crew.starting() && crew.size() >= config.maxWorkers());
    }

    /** A starting worker will take one task from the queue at once, so that task's place counts as free. */
    private boolean hasRoom() {
        return queue.size() < config.queueCapacity() + crew.starting();
    }

    private FollowUp enqueue(Runnable task) {
        long now = host.nanoTime();
        enqueued++;
        queue.add(task, now);
        FollowUp start = recruitIfWanted(task, now);
        if (crew.size() == config.maxWorkers()) {
            return start;
        }
        return supervisor.arm(now + config.maxQueueWait().toNanos()).then(start);
    }

    private FollowUp recruitIfWanted(@Nullable Runnable occasion, long now) {
        int recruits = growth.recruits(config, crew, queue, now);
        return recruits == 0 ? FollowUp.NONE : new Recruitment(this, crew.reserve(recruits, config.name()), occasion);
    }

    private FollowUp overflow(Runnable task) {
        return switch (config.overloadPolicy()) {
            case REJECT -> refuse(RejectionReason.QUEUE_FULL, null);
            case BLOCK -> crew.isCurrentThreadMember() ? () -> Worker.runGuarded(task) : waitForRoom(task);
        };
    }

    private FollowUp waitForRoom(Runnable task) {
        Submitter submitter = new Submitter(task, new Waiter(host));
        blocked.add(submitter);
        return () -> awaitRoom(submitter);
    }

    private void awaitRoom(Submitter submitter) {
        try {
            submitter.waiter.await(Host.FOREVER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            decide(() -> blocked.remove(submitter) ? refuse(RejectionReason.INTERRUPTED, e) : FollowUp.NONE);
        }
        RejectionReason refusal = submitter.refusal();
        if (refusal != null) {
            throw new TaskRejectedException(config.name(), refusal, null);
        }
    }

    /** Counts a task that is not taken, and throws once the lock is released. */
    private FollowUp refuse(RejectionReason why, @Nullable Throwable cause) {
        rejected++;
        return () -> {
            throw new TaskRejectedException(config.name(), why, cause);
        };
    }

    // ---- A worker is free

    /** A worker's thread runs: gives it its first task, null if it is to end. */
    @Nullable
    Runnable arrive(Worker worker) {
        decide(() -> {
            crew.arrived();
            growth.startSucceeded();
            return serve(worker, host.nanoTime());
        });
        return worker.awaitTask();
    }

    /** A worker has run a task: gives it the next one as soon as there is one, null if it is to end. */
    @Nullable
    Runnable next(Worker worker) {
        long now = host.nanoTime();
        FollowUp after;
        lock.lock();
        try {
            completed++;
            after = serve(worker, now);
        } finally {
            lock.unlock();
        }
        after.proceed();
        return worker.awaitTask();
    }

    /** Gives a worker a task from the queue, or the end, or a place among the idle ones. */
    private FollowUp serve(Worker worker, long now) {
        FollowUp after = admitBlocked(now);
        Runnable task = queue.pollOldest();
        if (task != null) {
            worker.assign(task);
            return queue.isEmpty() ? after : after.then(recruitIfWanted(null, now));
        }
        if (phase == Phase.RUNNING) {
            crew.idle().push(worker, now);
            after = after.then(watchSurplus(now));
        } else {
            crew.leave(worker);
            after = after.then(terminateIfDone());
        }
        return after.then(releaseIfQuiet());
    }

    /** One task leaves the queue, so one submitter may come in behind. */
    private FollowUp admitBlocked(long now) {
        Submitter submitter = blocked.poll();
        if (submitter == null) {
            return FollowUp.NONE;
        }
        enqueued++;
        queue.add(submitter.task, now);
        return submitter.admit();
    }

    private FollowUp watchSurplus(long now) {
        return surplus.watch(config, crew, now) ? supervisor.arm(surplus.look()) : FollowUp.NONE;
    }

    /** Nothing is queued and nothing runs. */
    private boolean isQuiet() {
        return crew.busy() == 0 && queue.isEmpty() && blocked.isEmpty();
    }

    private FollowUp releaseIfQuiet() {
        return isQuiet() ? joiners.release() : FollowUp.NONE;
    }

    boolean isStopping() {
        return phase.compareTo(Phase.STOPPING) >= 0;
    }

    /** Rolls back reserved workers that could not be started; the task that occasioned them stays queued if it can. */
    void startFailed(List<Worker> reserved, @Nullable Runnable occasion, Throwable cause) {
        decide(() -> {
            long now = host.nanoTime();
            startFailures++;
            crew.startFailed(reserved);
            growth.startFailed(now);
            boolean stranded = crew.size() == 0 && occasion != null && queue.remove(occasion);
            FollowUp tell = stranded ? refuse(RejectionReason.NO_WORKER, cause) : startFailureLog.line(now, cause);
            return supervisor
                    .arm(growth.pausedUntil())
                    .then(terminateIfDone())
                    .then(releaseIfQuiet())
                    .then(tell);
        });
    }

    // ---- Time has passed

    /** One look after the pool; returns the time until the next one, or that there will be none. */
    long supervise() {
        FollowUp after;
        long delay;
        lock.lock();
        try {
            if (phase == Phase.TERMINATED) {
                return Supervisor.END;
            }
            long now = host.nanoTime();
            after = retire(surplus.retirees(config, crew, now)).then(recruitIfWanted(null, now));
            long next = Math.min(surplus.nextLook(now), growth.nextLook(config, crew, queue, now));
            delay = supervisor.rearm(now, next);
        } finally {
            lock.unlock();
        }
        after.proceed();
        return delay;
    }

    private FollowUp retire(int count) {
        List<FollowUp> wakes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            wakes.add(crew.retireLongestIdle());
        }
        return FollowUp.all(wakes);
    }

    // ---- The pool is to stop

    void shutdown() {
        decide(this::drain);
    }

    /** Gives up the queued tasks, which are returned, and interrupts the running ones. */
    List<Runnable> stop() {
        List<Runnable> givenUp = new ArrayList<>();
        decide(() -> {
            FollowUp after = drain();
            givenUp.addAll(queue.drain());
            rejected += givenUp.size();
            if (phase == Phase.DRAINING) {
                phase = Phase.STOPPING;
                crew.members().forEach(Worker::interrupt);
            }
            return after.then(terminateIfDone()).then(releaseIfQuiet());
        });
        givenUp.forEach(task -> tell(task, RejectionReason.SHUTDOWN));
        return givenUp;
    }

    private FollowUp drain() {
        if (phase != Phase.RUNNING) {
            return FollowUp.NONE;
        }
        phase = Phase.DRAINING;
        rejected += blocked.size();
        return retire(crew.idle().size())
                .then(blocked.refuseAll(RejectionReason.SHUTDOWN))
                .then(terminateIfDone());
    }

    private FollowUp terminateIfDone() {
        if (phase == Phase.RUNNING || phase == Phase.TERMINATED || crew.size() > 0 || !queue.isEmpty()) {
            return FollowUp.NONE;
        }
        phase = Phase.TERMINATED;
        return terminationWaiters.release().then(supervisor);
    }

    private static void tell(Runnable task, RejectionReason why) {
        if (task instanceof RejectableTask rejectable) {
            Worker.runGuarded(() -> rejectable.rejected(why));
        }
    }

    // ---- Somebody wants to know

    boolean awaitQuiet(long nanos) throws InterruptedException {
        return await(joiners, this::isQuiet, nanos);
    }

    boolean awaitTermination(long nanos) throws InterruptedException {
        return await(terminationWaiters, () -> phase == Phase.TERMINATED, nanos);
    }

    private boolean await(Waiters waiters, BooleanSupplier holdsAlready, long nanos) throws InterruptedException {
        Waiter waiter = read(() -> holdsAlready.getAsBoolean() ? null : enroll(waiters));
        if (waiter == null) {
            return true;
        }
        try {
            return waiter.await(nanos);
        } finally {
            decide(() -> {
                waiters.withdraw(waiter);
                return FollowUp.NONE;
            });
        }
    }

    private Waiter enroll(Waiters waiters) {
        if (crew.isCurrentThreadMember()) {
            throw new IllegalStateException("a task of pool " + config.name() + " would wait for itself");
        }
        return waiters.enroll();
    }

    boolean isCurrentThreadMember() {
        return read(crew::isCurrentThreadMember);
    }

    private <T extends @Nullable Object> T read(Supplier<T> reader) {
        lock.lock();
        try {
            return reader.get();
        } finally {
            lock.unlock();
        }
    }

    Phase phase() {
        return phase;
    }

    PoolSnapshot snapshot() {
        return read(() -> new PoolSnapshot(
                crew.size(),
                crew.starting(),
                crew.idle().size(),
                crew.busy(),
                crew.peak(),
                crew.started(),
                crew.retired(),
                startFailures,
                queue.size(),
                Duration.ofNanos(queue.oldestWait(host.nanoTime())),
                blocked.size(),
                handedOff,
                enqueued,
                completed,
                rejected));
    }
}
