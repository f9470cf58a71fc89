package dev.socketserver.pool;

import org.jspecify.annotations.Nullable;

/**
 * One worker: the body of its thread, and the slot through which an idle worker is given its next task.
 *
 * <pre>
 *   reserved --start--> STARTING --arrive--> BUSY <--assign-- IDLE ----dismiss------> gone
 *       \                                     | \--no task---> ^                        ^
 *        \--start failed--> gone              \--pool is draining, queue empty---------/
 * </pre>
 *
 * <p>Every transition is made under the pool's lock. A worker in the idle stack has an empty slot; whoever takes it off
 * the stack fills the slot, with a task or with {@link #RETIRE}, so exactly one of the two happens.
 */
final class Worker implements Runnable, FollowUp {
    /** Put in the slot of an idle worker to end it. */
    static final Runnable RETIRE = () -> {};

    /** Neighbours in the idle stack; guarded by the pool's lock. */
    @Nullable
    Worker above;

    @Nullable
    Worker below;

    /** When it became idle; guarded by the pool's lock. */
    long idleSince;

    /** What it runs, since when, and that as a stuck task if it was found to be one; guarded by the pool's lock. */
    @Nullable
    Runnable running;

    long runningSince;

    StuckWatch.@Nullable StuckTask stuck;

    private final Dispatcher dispatcher;
    private final Host host;
    private final TaskFailures failures;
    private final String name;
    private final StartReason startReason;
    private final Runnable findNext = this::findNext;

    /** Set once, by {@link #start()}. */
    private volatile @Nullable Thread thread;

    /** What the thread has before it starts; written by {@link #start()}, then read by this worker only. */
    private @Nullable ClassLoader loader;

    private int priority;

    /** Written under the pool's lock by the assigner, emptied by this worker. */
    private volatile @Nullable Runnable slot;

    /** Guarded by the pool's lock. */
    private long assignedArrival;

    /** The next task if it needs no waiting; confined to this worker's thread. */
    private @Nullable Runnable taken;

    /** Written by this worker only. */
    private volatile boolean parked;

    Worker(Dispatcher dispatcher, Host host, String name, StartReason startReason) {
        this.dispatcher = dispatcher;
        this.host = host;
        this.failures = dispatcher.state().failures;
        this.name = name;
        this.startReason = startReason;
    }

    String name() {
        return name;
    }

    StartReason startReason() {
        return startReason;
    }

    /** What the thread is doing. */
    StackTraceElement[] stackTrace() {
        Thread made = thread;
        return made == null ? new StackTraceElement[0] : made.getStackTrace();
    }

    /** Makes and starts the thread. */
    void start() {
        Thread made = host.newWorker(name, this);
        loader = made.getContextClassLoader();
        priority = made.getPriority();
        thread = made;
        made.start();
    }

    boolean isCurrentThread() {
        return thread == Thread.currentThread();
    }

    /** Interrupts the thread; one that does not exist yet finds out that the pool is stopping by itself. */
    void interrupt() {
        Thread made = thread;
        if (made != null) {
            made.interrupt();
        }
    }

    /** Fills the slot of a worker just taken off the idle stack; {@link #proceed()} has to follow. */
    void assign(Runnable task, long arrival) {
        assignedArrival = arrival;
        slot = task;
    }

    /** When the task that was assigned last was submitted. */
    long assignedArrival() {
        return assignedArrival;
    }

    /** Has the worker end; {@link #proceed()} has to follow. */
    void dismiss() {
        slot = RETIRE;
    }

    /** Gives this worker, which is the current thread, a task from the queue. */
    void take(Runnable task) {
        taken = task;
    }

    /** Wakes the worker after {@link #assign}, unless it is not parked and will see the slot by itself. */
    @Override
    public void proceed() {
        Thread made = thread;
        if (parked && made != null) {
            host.unpark(made);
        }
    }

    @Override
    public void run() {
        dispatcher.arrive(this);
        while (performNext()) {
            failures.run(findNext);
        }
    }

    /** Finds what to do next, and does for others what that leaves to do, which may fail for want of memory. */
    private void findNext() {
        dispatcher.next(this);
    }

    /**
     * Runs the next task; false if the worker is to end. No reference to the task is left in an idle worker's frames.
     */
    private boolean performNext() {
        Runnable task = awaitTask();
        if (task == null) {
            return false;
        }
        perform(task);
        return true;
    }

    /** The task that was taken, or the one that comes through the slot in time; null if the worker is to end. */
    private @Nullable Runnable awaitTask() {
        Runnable task = taken;
        if (task != null) {
            taken = null;
            return task;
        }
        task = awaitSlot();
        if (task == RETIRE) {
            return null;
        }
        dispatcher.awoken(this, task);
        return task;
    }

    private Runnable awaitSlot() {
        Runnable task = slot;
        while (task == null) {
            parked = true;
            if (slot == null) {
                host.park(this, Host.FOREVER);
            }
            parked = false;
            // An interrupt would turn the next park into a spin, and nobody has a reason to interrupt an idle worker.
            Thread.interrupted();
            task = slot;
        }
        slot = null;
        return task;
    }

    private void perform(Runnable task) {
        Thread.interrupted();
        if (dispatcher.isStopping()) {
            // Told to stop between taking the task and clearing the interrupt: the task has to see it.
            Thread.currentThread().interrupt();
        }
        Throwable failure = null;
        try {
            task.run();
        } catch (Throwable thrown) {
            failure = thrown;
        }
        restoreThread();
        if (failure != null) {
            failures.report(task, failure);
        }
    }

    /** Undoes what a task may have set in its thread; thread-locals stay, since there is no way to clear them. */
    private void restoreThread() {
        Thread self = Thread.currentThread();
        if (self.getContextClassLoader() != loader) {
            self.setContextClassLoader(loader);
        }
        if (self.getPriority() != priority) {
            self.setPriority(priority);
        }
        if (!self.getName().equals(name)) {
            self.setName(name);
        }
    }
}
