package dev.socketserver.task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The state of a pool: the tasks that wait, the workers and the tasks they run, and the results to be collected.
 *
 * <p>A request starts only while there is room for a result, so that no worker waits with a result that it cannot
 * deliver. Other tasks may overtake requests that wait for room.
 *
 * <p>All state is guarded by this object's monitor, which is never held while user code runs. A method called by a
 * worker or a collecting thread has no effect if it throws an {@link OutOfMemoryError}, and may be called again.
 * Thread-safe.
 */
final class WorkQueue {
    /** A timeout without a limit. */
    static final long FOREVER = Long.MAX_VALUE;

    private final TaskPoolConfig config;
    private final WorkerSlots slots;
    private final WaitingTasks waiting = new WaitingTasks();
    private final Set<RequestRun<?>> results = new LinkedHashSet<>(); // in order of completion
    private final InsideThreads inside;
    private final TaskCounts counts = new TaskCounts();
    private boolean shutDown;

    WorkQueue(TaskPoolConfig config) {
        this.config = config;
        slots = new WorkerSlots(config.workers());
        inside = new InsideThreads(config.name());
    }

    // ---- Adding tasks

    /**
     * Adds a task, waiting for room if necessary. A task of this pool does not wait, since that could deadlock. Nor
     * does a callback if only collecting can make room, since no other callback runs before it returns.
     *
     * @param nanos the timeout, or {@link #FOREVER}
     * @return false if there is no timeout, and no room until a result is collected
     * @throws QueueFullException if the timeout expired
     * @throws NoWorkersAvailableException if there are no workers to make room
     */
    synchronized boolean put(QueuedTask task, long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long deadline = System.nanoTime() + nanos;
        requireOpen();
        while (!hasRoomFor(task)) {
            if (slots.workers() == 0) {
                throw new NoWorkersAvailableException(config.name(), waiting.size());
            }
            if (nanos == FOREVER && isHeldUp(task)) {
                if (!inside.isInCallback()) {
                    return false;
                }
                break;
            }
            if (!pause(deadline)) {
                throw new QueueFullException(config.name(), config.queueCapacity());
            }
            requireOpen();
        }
        add(task);
        return true;
    }

    /** Adds a task if the pool is open and has room for it. */
    synchronized boolean offer(QueuedTask task) {
        if (shutDown || !hasRoomFor(task)) {
            return false;
        }
        add(task);
        return true;
    }

    private void requireOpen() {
        if (shutDown) {
            throw new RejectedExecutionException("pool " + config.name() + " is shut down");
        }
    }

    private boolean hasRoomFor(QueuedTask task) {
        int startable = startable();
        int free = slots.free();
        return inside.isInTask()
                || (startable < free && isStartable(task))
                || waiting.size() - Math.min(free, startable) < config.queueCapacity();
    }

    /** Returns how many of the waiting tasks may start when workers are free. */
    private int startable() {
        return hasRoomForResults() ? waiting.size() : waiting.size() - waiting.requests();
    }

    private boolean isStartable(QueuedTask task) {
        return hasRoomForResults() || !WaitingTasks.isRequest(task);
    }

    /** Returns whether only collecting a result can make room for this task. */
    private boolean isHeldUp(QueuedTask task) {
        return !isStartable(task) && startable() == 0;
    }

    private boolean hasRoomForResults() {
        return results.size() < config.resultCapacity();
    }

    private void add(QueuedTask task) {
        waiting.add(task);
        counts.added(task);
    }

    // ---- Running tasks

    /** Returns the next task that a free worker may start; null if there is none. */
    synchronized @Nullable QueuedTask nextStartable() {
        return slots.free() > 0 ? waiting.first(hasRoomForResults()) : null;
    }

    /** Starts a task on a free worker, unless it was started or cancelled already. */
    synchronized void start(QueuedTask task) {
        if (waiting.contains(task)) {
            slots.start(task);
            waiting.remove(task);
        }
    }

    /** Registers that the current thread performs a task; returns false if it was cancelled or another thread does. */
    synchronized boolean enter(QueuedTask task) {
        start(task);
        inside.beginTask();
        boolean entered = slots.enter(task);
        if (!entered) {
            inside.endTask();
        }
        return entered;
    }

    /** Counts a task that was performed, and keeps its result if it is a request. */
    synchronized void performed(QueuedTask task, QueuedTask.Ending ending) {
        if (task instanceof RequestRun<?> request) {
            results.add(request);
            notifyAll();
        }
        counts.ended(ending);
    }

    /** Ends a task that the current thread has performed; returns whether its worker was dismissed and is gone now. */
    synchronized boolean leave(QueuedTask task) {
        inside.endTask();
        boolean gone = slots.end(task);
        notifyAll();
        return gone;
    }

    // ---- Collecting results

    /** Removes and returns the oldest result, whose callback the current thread has to call; null if there is none. */
    synchronized @Nullable RequestRun<?> takeResult() {
        if (results.isEmpty()) {
            return null;
        }
        RequestRun<?> result = results.iterator().next();
        inside.beginCallback();
        results.remove(result);
        counts.collected();
        notifyAll();
        return result;
    }

    /** Registers that the callback which the current thread called has ended. */
    synchronized void endCallback() {
        inside.endCallback();
        notifyAll();
    }

    // ---- Workers

    /** Adds workers. */
    synchronized void createWorkers(int count) {
        slots.create(count);
        notifyAll();
    }

    /** Dismisses the given number of workers, or all of them if there are fewer; returns how many. */
    synchronized int dismissWorkers(int count) {
        int dismissed = slots.dismiss(count);
        notifyAll();
        return dismissed;
    }

    // ---- Cancelling tasks

    /** Cancels tasks that were taken, and returns them without those that a thread has begun or that were cancelled. */
    synchronized List<QueuedTask> cancelUnstarted(List<QueuedTask> taken) {
        List<QueuedTask> cancelled = new ArrayList<>(taken.size());
        for (QueuedTask task : taken) {
            if (cancelUnstarted(task)) {
                cancelled.add(task);
            }
        }
        notifyAll();
        return cancelled;
    }

    private boolean cancelUnstarted(QueuedTask task) {
        if (slots.isUnentered(task)) {
            slots.end(task);
            counts.cancelled(task);
            return true;
        }
        return cancel(task);
    }

    /** Cancels the waiting tasks that match, and returns them. */
    synchronized List<QueuedTask> cancel(Predicate<QueuedTask> matching) {
        List<QueuedTask> cancelled = waiting.matching(matching);
        cancelled.forEach(this::cancel);
        return cancelled;
    }

    /** Cancels a task; returns false if it no longer waits. */
    synchronized boolean cancel(QueuedTask task) {
        boolean removed = waiting.remove(task);
        if (removed) {
            counts.cancelled(task);
            notifyAll();
        }
        return removed;
    }

    /** Removes a task as if it had never been added; returns false if it no longer waits. */
    synchronized boolean remove(QueuedTask task) {
        boolean removed = waiting.remove(task);
        if (removed) {
            counts.removed(task);
            notifyAll();
        }
        return removed;
    }

    /** Rejects further tasks. */
    synchronized void shutdown() {
        shutDown = true;
        notifyAll();
    }

    // ---- Waiting

    /** Converts a timeout to nanoseconds: zero if it is negative, {@link #FOREVER} if it is too long for a long. */
    static long nanos(Duration timeout) {
        return Math.max(0, TimeUnit.NANOSECONDS.convert(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Waits until a condition on this queue holds.
     *
     * @return false if the timeout expired first
     * @throws NoWorkersAvailableException if tasks wait that no worker will run
     * @throws IllegalStateException if called from a task of this pool
     */
    synchronized boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
        inside.refuseTask();
        long deadline = System.nanoTime() + nanos;
        while (!condition.getAsBoolean()) {
            if (isStranded()) {
                throw new NoWorkersAvailableException(config.name(), waiting.size());
            }
            if (!pause(deadline)) {
                return false;
            }
        }
        return true;
    }

    /** Waits until something changes; returns false if the deadline has passed. */
    private boolean pause(long deadline) throws InterruptedException {
        long remaining = deadline - System.nanoTime();
        if (remaining <= 0) {
            return false;
        }
        TimeUnit.NANOSECONDS.timedWait(this, remaining);
        return true;
    }

    /** Makes waiting threads check their conditions again. */
    synchronized void signal() {
        notifyAll();
    }

    /** Throws if the current thread runs a task of this pool, which must not wait for its own pool. */
    synchronized void refuseTask() {
        inside.refuseTask();
    }

    /** Throws if the current thread runs a callback of this pool, which must return before the next is called. */
    synchronized void refuseCallback() {
        inside.refuseCallback();
    }

    /** Returns whether the current thread runs a task or a callback of this pool. */
    synchronized boolean isInside() {
        return inside.isInTask() || inside.isInCallback();
    }

    // ---- State

    /** Returns whether nothing waits, runs or is left to collect, and no callback runs. */
    synchronized boolean isQuiet() {
        return slots.isIdle() && waiting.isEmpty() && results.isEmpty() && !inside.isAnyInCallback();
    }

    /** Returns whether tasks wait that no worker will run. */
    synchronized boolean isStranded() {
        return slots.workers() == 0 && slots.isIdle() && !waiting.isEmpty();
    }

    /** Returns whether no task runs. Takes no lock. */
    boolean isIdle() {
        return slots.isIdle();
    }

    /** Returns for how many nanoseconds no task has run; 0 if one is about to start, negative if one runs. */
    synchronized long idleNanos() {
        return slots.isIdle() && nextStartable() != null ? 0 : slots.idleNanos();
    }

    synchronized int results() {
        return results.size();
    }

    synchronized int pendingRequests() {
        return counts.pendingRequests();
    }

    synchronized int workers() {
        return slots.workers();
    }

    synchronized int dismissedWorkers() {
        return slots.leaving();
    }

    /** Returns how many threads the workers need, including dismissed ones. */
    synchronized int threads() {
        return (int) Math.min(Integer.MAX_VALUE, (long) slots.workers() + slots.leaving());
    }

    /** Returns how many tasks one stream should have in progress: enough to keep every worker busy. */
    synchronized int window() {
        long most = slots.workers() + (long) Math.min(slots.workers(), config.queueCapacity());
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, most));
    }

    synchronized boolean isShutdown() {
        return shutDown;
    }

    synchronized boolean isTerminated() {
        return shutDown && slots.isIdle() && waiting.isEmpty();
    }

    synchronized Progress progress() {
        return counts.progress();
    }
}
