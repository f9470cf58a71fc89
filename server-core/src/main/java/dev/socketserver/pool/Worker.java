package dev.socketserver.pool;

import dev.socketserver.internal.util.Backoff;
import org.jspecify.annotations.Nullable;

/**
 * One worker: the body of its thread, and the slot through which an idle worker is given its next task.
 *
 * <pre>
 *   STARTING --thread runs--> BUSY <---thread awake--- ASSIGNED <--task in the slot-- IDLE
 *      |                       | \--------------------no task------------------------^  |
 *      |                       \--no task, and the pool drains-----\      surplus, or   |
 *      \--thread not started----------------------------------------> GONE <--drained--/
 * </pre>
 *
 * <p>Every transition is made under the pool's lock. A worker in the idle stack has an empty slot; whoever takes it off
 * the stack fills the slot, with a task or with {@link #RETIRE}, so exactly one of the two happens.
 */
final class Worker extends FollowUp implements Runnable {
    /** Put in the slot of an idle worker to end it. */
    static final Runnable RETIRE = () -> {};

    /** Where a worker is in its life. */
    enum State {
        /** A place is taken, the thread does not run yet. */
        STARTING,

        /** Runs a task, or looks for one. */
        BUSY,

        /** In the idle stack. */
        IDLE,

        /** Taken off the idle stack for a task that is in its slot; not awake yet. */
        ASSIGNED,

        /** Not a member of the pool any more. */
        GONE
    }

    /** Where workers get their tasks from. */
    interface Source {
        /**
         * Finds out what a worker does next, on its own thread: gives it a {@linkplain #take task}, or makes it idle,
         * or ends it. If this throws, it can be called again, and nothing has been lost or counted twice.
         */
        void next(Worker worker);

        /** Returns whether a running task has to see an interrupt. */
        boolean isStopping();
    }

    // Guarded by the pool's lock.

    /** Where it is in its life. */
    State state = State.STARTING;

    /** Its index among the members. */
    int index;

    /** The neighbours in the idle stack. */
    @Nullable
    Worker above;

    @Nullable
    Worker below;

    /** When it became idle. */
    long idleSince;

    /** What it runs, since when, and whether that was found to be stuck. */
    @Nullable
    Runnable running;

    long runningSince;
    boolean isStuck;

    /** Why it ends, if it does. */
    private RetireReason retireReason = RetireReason.SHUTDOWN;

    /** How long the task waited that it runs. */
    long waited;

    /** When the task in the slot was submitted. */
    private long assignedArrival;

    // Not guarded.

    /** What it has done; written by this worker only. */
    final PoolCounters.Work work = new PoolCounters.Work();

    private final Source source;
    private final Machine machine;
    private final TaskFailures failures;
    private final String name;
    private final StartReason startReason;

    /** Written once, by {@link #start()}. */
    private volatile @Nullable Thread thread;

    /** What the thread has before it starts; written by {@link #start()}, then read by this worker only. */
    private @Nullable ClassLoader loader;

    private int priority;

    /** Written under the pool's lock by whoever assigns, emptied by this worker. */
    private volatile @Nullable Runnable slot;

    /** The next task if it needs no waiting; confined to this worker's thread. */
    private @Nullable Runnable taken;

    /** Written by this worker only. */
    private volatile boolean parked;

    /** The pauses between attempts to find the next task; confined to this worker's thread. */
    private final Backoff backoff = new Backoff();

    Worker(Source source, Machine machine, TaskFailures failures, String name, StartReason startReason) {
        this.source = source;
        this.machine = machine;
        this.failures = failures;
        this.name = name;
        this.startReason = startReason;
    }

    String name() {
        return name;
    }

    StartReason startReason() {
        return startReason;
    }

    boolean isCurrentThread() {
        return thread == Thread.currentThread();
    }

    /** Returns what the thread is doing. */
    StackTraceElement[] stackTrace() {
        Thread started = thread;
        return started == null ? new StackTraceElement[0] : started.getStackTrace();
    }

    /** Creates and starts the thread. */
    void start() {
        Thread created = machine.newWorker(name, this);
        loader = created.getContextClassLoader();
        priority = created.getPriority();
        thread = created;
        created.start();
    }

    // ---- With the pool's lock held

    /** Interrupts the thread; one that does not exist yet finds out by itself that the pool is stopping. */
    void interrupt() {
        Thread started = thread;
        if (started != null) {
            started.interrupt();
        }
    }

    /** Fills the slot of a worker just taken off the idle stack; {@link #wake} has to follow. */
    void assign(Runnable task, long arrival) {
        state = State.ASSIGNED;
        assignedArrival = arrival;
        slot = task;
    }

    /** Returns when the task in the slot was submitted. */
    long assignedArrival() {
        return assignedArrival;
    }

    /** Ends the worker; {@link #wake} has to follow if it was idle. */
    void retire(RetireReason why) {
        state = State.GONE;
        retireReason = why;
        slot = RETIRE;
    }

    /** Gives this worker, whose thread this is, a task. */
    void take(Runnable task) {
        taken = task;
    }

    /** Gives this worker, whose thread this is, the task in its slot, and returns it. */
    Runnable takeAssigned() {
        Runnable task = slot;
        if (task == null) {
            throw new IllegalStateException("nothing is assigned to " + name);
        }
        slot = null;
        taken = task;
        return task;
    }

    // ---- Without the lock

    /** Wakes the worker after its slot was filled, unless it is not parked and will see that by itself. */
    void wake() {
        Thread started = thread;
        if (parked && started != null) {
            machine.unpark(started);
        }
    }

    /** Wakes a worker that has been {@linkplain #retire retired}, if need be. */
    @Override
    void proceed() {
        wake();
        PoolEvents.retired(name, retireReason);
    }

    // ---- On the worker's own thread

    @Override
    public void run() {
        do {
            findNext();
            perform();
        } while (awaitSlot());
    }

    private void perform() {
        for (Runnable task = taken; task != null; task = taken) {
            taken = null;
            perform(task);
            findNext();
        }
    }

    /** Finds out what to do next; if that fails, for want of memory, it is tried again. */
    private void findNext() {
        while (!tryFindNext()) {
            machine.park(this, backoff.next());
        }
    }

    private boolean tryFindNext() {
        try {
            source.next(this);
            backoff.reset();
            return true;
        } catch (Throwable failure) {
            failures.report(this, failure);
            return taken != null; // then it failed in what came after
        }
    }

    /** Waits for something to come through the slot; returns false if that is the end. */
    private boolean awaitSlot() {
        Runnable task = slot;
        while (task == null) {
            parked = true;
            if (slot == null) {
                machine.park(this, Machine.FOREVER);
            }
            parked = false;
            Thread.interrupted(); // it would turn the next park into a spin, and was not meant for an idle worker
            task = slot;
        }
        return task != RETIRE;
    }

    private void perform(Runnable task) {
        Thread.interrupted();
        if (source.isStopping()) {
            // Told to stop between taking the task and clearing the interrupt: the task has to see it.
            Thread.currentThread().interrupt();
        }
        try {
            try {
                task.run();
            } finally {
                restoreThread();
            }
        } catch (Throwable failure) {
            failures.report(task, failure);
        }
    }

    /** Undoes what a task may have set in its thread; thread-locals stay, since there is no way to clear them. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on the priority
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
