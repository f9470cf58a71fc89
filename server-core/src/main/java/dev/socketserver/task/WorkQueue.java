package dev.socketserver.task;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait, how many workers may run them, and the results that wait to be collected.
 *
 * <p>A worker is a permission to run one task at a time. It is <em>active</em> from {@link #takeStartable} until
 * {@link #leave}. So a worker that is dismissed while it has nothing to do is gone at once, and one that runs a task is
 * gone when that ends: nobody has to be woken, and nobody looks again every few seconds.
 *
 * <p>A task is started only while there is room for a result, so no worker is ever held up by one that it cannot get
 * rid of.
 *
 * <p>All state is guarded by this object's monitor. Thread-safe; calls no task.
 */
final class WorkQueue {
    /** A waiting time without a limit. */
    static final long FOREVER = Long.MAX_VALUE;

    private final TaskPoolConfig config;
    private final ArrayDeque<QueuedTask> waiting = new ArrayDeque<>();
    private final ArrayDeque<RequestRun<?>> results = new ArrayDeque<>();
    private final Set<Thread> crew = new HashSet<>(); // threads of active workers
    private int workers;
    private int active; // dismissed workers that still have a task included
    private int pendingRequests; // put and not yet collected
    private boolean shutDown;
    private long done;
    private long failed;
    private long cancelled;
    private long left;

    WorkQueue(TaskPoolConfig config) {
        this.config = config;
        workers = config.workers();
    }

    // ---- A task comes

    /**
     * Takes a task, waiting for room if need be. A task of this pool never waits, as that might be for itself.
     *
     * @param nanos how long to wait; {@link #FOREVER} to wait as long as that makes sense
     * @return false if that makes no sense any more: there will be no room before a result is collected
     * @throws QueueFullException if the time was up first
     */
    synchronized boolean put(QueuedTask task, long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long deadline = System.nanoTime() + nanos;
        requireOpen();
        while (!hasRoom() && !isCurrentThreadMember()) {
            if (active == 0 && workers == 0) {
                throw new NoWorkersAvailableException(config.name(), waiting.size());
            }
            if (active == 0 && !hasRoomForResults() && nanos == FOREVER) {
                return false;
            }
            if (!pause(deadline)) {
                throw new QueueFullException(config.name(), config.queueCapacity());
            }
            requireOpen();
        }
        waiting.add(task);
        left++;
        pendingRequests += isRequest(task) ? 1 : 0;
        return true;
    }

    private void requireOpen() {
        if (shutDown) {
            throw new RejectedExecutionException("pool " + config.name() + " is shut down");
        }
    }

    private boolean hasRoom() {
        return waiting.size() < (long) config.queueCapacity() + freeWorkers();
    }

    private int freeWorkers() {
        return hasRoomForResults() ? Math.max(0, workers - active) : 0;
    }

    private boolean hasRoomForResults() {
        return results.size() < config.resultCapacity();
    }

    /** Returns a time in nanoseconds: none if it is negative, {@link #FOREVER} if it is longer than that. */
    static long nanos(Duration timeout) {
        return Math.max(0, TimeUnit.NANOSECONDS.convert(timeout));
    }

    private static boolean isRequest(QueuedTask task) {
        return task instanceof RequestRun<?>;
    }

    // ---- Tasks are run

    /** Takes out the tasks for which there are free workers, which become active. */
    synchronized List<QueuedTask> takeStartable() {
        int count = Math.min(freeWorkers(), waiting.size());
        List<QueuedTask> startable = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            startable.add(waiting.remove());
        }
        active += count;
        return startable;
    }

    /** Takes back tasks that were taken out and found no thread. */
    synchronized void putBack(List<QueuedTask> unstarted) {
        active -= unstarted.size();
        for (int i = unstarted.size() - 1; i >= 0; i--) {
            waiting.addFirst(unstarted.get(i));
        }
        notifyAll();
    }

    /** The current thread is an active worker's from here on. */
    synchronized void arrive() {
        crew.add(Thread.currentThread());
    }

    /** Counts a task that was performed. */
    synchronized void performed(boolean succeeded) {
        left--;
        done++;
        failed += succeeded ? 0 : 1;
    }

    /** The current thread's worker is not active any more; another task is startable, if one waits. */
    synchronized void leave() {
        active--;
        crew.remove(Thread.currentThread());
        notifyAll();
    }

    // ---- Results are collected

    /** Adds a result to those that wait to be collected. */
    synchronized void addResult(RequestRun<?> result) {
        results.add(result);
        notifyAll();
    }

    /** Takes the oldest result, null if there is none. Another task may be startable then. */
    synchronized @Nullable RequestRun<?> takeResult() {
        RequestRun<?> result = results.poll();
        if (result != null) {
            pendingRequests--;
            notifyAll();
        }
        return result;
    }

    // ---- Workers come and go

    /** Adds workers. Tasks may be startable then. */
    synchronized void createWorkers(int count) {
        workers += count;
        notifyAll();
    }

    /** Takes away that many workers, or all if there are fewer; returns how many. */
    synchronized int dismissWorkers(int count) {
        int dismissed = Math.min(count, workers);
        workers -= dismissed;
        notifyAll();
        return dismissed;
    }

    // ---- Tasks are given up

    /** Forgets tasks that were taken out and will not be run. */
    synchronized void abandon(List<QueuedTask> unstarted) {
        active -= unstarted.size();
        cancelled += unstarted.size();
        unstarted.forEach(this::gone);
    }

    /** Takes a task out of the queue as if it had never come; false if it is not there any more. */
    synchronized boolean remove(QueuedTask task) {
        boolean removed = waiting.remove(task);
        if (removed) {
            gone(task);
        }
        return removed;
    }

    /** Takes out the tasks that are given up, and returns them. */
    synchronized List<QueuedTask> withdraw(Predicate<QueuedTask> givenUp) {
        List<QueuedTask> withdrawn = waiting.stream().filter(givenUp).toList();
        waiting.removeIf(givenUp);
        withdrawn.forEach(this::gone);
        cancelled += withdrawn.size();
        return withdrawn;
    }

    private void gone(QueuedTask task) {
        left--;
        pendingRequests -= isRequest(task) ? 1 : 0;
        notifyAll();
    }

    /** Takes no more tasks. */
    synchronized void shutdown() {
        shutDown = true;
        notifyAll();
    }

    // ---- Somebody waits, or wants to know

    /**
     * Waits until a condition on this queue holds.
     *
     * @return false if the time was up first
     * @throws NoWorkersAvailableException if a task waits and there is no worker for it
     * @throws IllegalStateException if called from a task of this pool
     */
    synchronized boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
        refuseMember();
        long deadline = System.nanoTime() + nanos;
        while (!condition.getAsBoolean()) {
            if (workers == 0 && active == 0 && !waiting.isEmpty()) {
                throw new NoWorkersAvailableException(config.name(), waiting.size());
            }
            if (!pause(deadline)) {
                return false;
            }
        }
        return true;
    }

    /** Waits until something changes; false if the deadline has passed already. */
    private boolean pause(long deadline) throws InterruptedException {
        long remaining = deadline - System.nanoTime();
        if (remaining <= 0) {
            return false;
        }
        TimeUnit.NANOSECONDS.timedWait(this, remaining);
        return true;
    }

    /** Lets those who wait look at their condition again. */
    synchronized void signal() {
        notifyAll();
    }

    /** Throws if the current thread is a worker, which must not wait for its own pool. */
    synchronized void refuseMember() {
        if (isCurrentThreadMember()) {
            throw new IllegalStateException("a task of pool " + config.name() + " would wait for itself");
        }
    }

    synchronized boolean isCurrentThreadMember() {
        return crew.contains(Thread.currentThread());
    }

    /** Nothing waits, nothing runs, and there is no result to collect. */
    synchronized boolean isQuiet() {
        return active == 0 && waiting.isEmpty() && results.isEmpty();
    }

    /** Nothing runs, and nothing that waits will before a result is collected. */
    synchronized boolean isStalled() {
        return active == 0 && !waiting.isEmpty() && !hasRoomForResults();
    }

    synchronized int results() {
        return results.size();
    }

    synchronized int pendingRequests() {
        return pendingRequests;
    }

    synchronized int workers() {
        return workers;
    }

    /** How many tasks one stream should have in here at a time: enough to keep every worker busy, and no more. */
    synchronized int window() {
        return Math.max(1, workers + Math.min(workers, config.queueCapacity()));
    }

    synchronized int dismissedWorkers() {
        return Math.max(0, active - workers);
    }

    synchronized boolean isShutdown() {
        return shutDown;
    }

    synchronized boolean isTerminated() {
        return shutDown && active == 0 && waiting.isEmpty();
    }

    synchronized Progress progress() {
        return new Progress(done, failed, cancelled, left);
    }
}
