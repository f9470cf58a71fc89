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
 * <p>Every transition is made under the pool's lock. A worker in the idle stack has an empty slot; the thread that
 * takes it off the stack fills the slot with a task or with {@link #RETIRE}, so exactly one of the two happens.
 */
final class Worker extends FollowUp implements Runnable {
    /** Put in the slot of an idle worker to end it. */
    static final Runnable RETIRE = () -> {};

    /** The state of a worker. */
    enum State {
        /** Counted, but the thread does not run yet. */
        STARTING,

        /** Runs a task, or looks for one. */
        BUSY,

        /** In the idle stack. */
        IDLE,

        /** Taken off the idle stack, with a task in its slot; not awake yet. */
        ASSIGNED,

        /** No longer a member of the pool. */
        GONE
    }

    /** The source of the workers' tasks. */
    interface Source {
        /**
         * Decides what a worker does next; called on its own thread. Assigns it a {@linkplain #take task}, makes it
         * idle, or ends it. If this method throws, it can be called again: nothing is lost or counted twice.
         */
        void next(Worker worker);

        /** Returns whether a running task has to see an interrupt. */
        boolean isStopping();
    }

    // Guarded by the pool's lock.

    /** The worker's state. */
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

    /** The running task, when it began, and whether it was found stuck. */
    @Nullable
    Runnable running;

    long runningSince;
    boolean isStuck;

    /** Why the worker ends, if it does. */
    private RetireReason retireReason = RetireReason.SHUTDOWN;

    /** How long the running task had waited. */
    long waited;

    /** When the task in the slot was submitted. */
    private long assignedArrival;

    // Not guarded.

    /** The work done so far; written by this worker only. */
    final PoolCounters.Work work = new PoolCounters.Work();

    private final Source source;
    private final Machine machine;
    private final TaskFailures failures;
    private final String name;
    private final StartReason startReason;

    /** Written once, by {@link #start()}. */
    private volatile @Nullable Thread thread;

    /** The thread's original properties; written by {@link #start()}, then read by this worker only. */
    private @Nullable ClassLoader loader;

    private int priority;

    /** Written under the pool's lock by the assigning thread, emptied by this worker. */
    private volatile @Nullable Runnable slot;

    /** The next task, if the worker need not wait for it; confined to this worker's thread. */
    private @Nullable Runnable taken;

    /** Whether the running task was aborted. Written under the pool's lock. */
    private volatile boolean aborted;

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

    /** Interrupts the thread. A thread that does not exist yet detects by itself that the pool is stopping. */
    void interrupt() {
        Thread started = thread;
        if (started != null) {
            started.interrupt();
        }
    }

    /** Interrupts the thread for the sake of the running task. */
    void abort() {
        aborted = true; // first: then the thread sees it or, if it has looked already, the interrupt
        interrupt();
    }

    /** Fills the slot of a worker just taken off the idle stack; {@link #wake} must follow. */
    void assign(Runnable task, long arrival) {
        state = State.ASSIGNED;
        assignedArrival = arrival;
        slot = task;
    }

    /** Returns when the task in the slot was submitted. */
    long assignedArrival() {
        return assignedArrival;
    }

    /** Ends the worker; {@link #wake} must follow if it was idle. */
    void retire(RetireReason why) {
        state = State.GONE;
        retireReason = why;
        slot = RETIRE;
    }

    /** Assigns a task to this worker. Called on its own thread. */
    void take(Runnable task) {
        if (aborted) { // a volatile write would cost each task more than this
            aborted = false;
        }
        taken = task;
    }

    /** Takes the task in this worker's slot and returns it. Called on its own thread. */
    Runnable takeAssigned() {
        Runnable task = slot;
        if (task == null) {
            throw new IllegalStateException("nothing is assigned to " + name);
        }
        slot = null;
        take(task);
        return task;
    }

    // ---- Without the lock

    /** Wakes the worker after its slot was filled, unless it is not parked and will see the task anyway. */
    void wake() {
        Thread started = thread;
        if (parked && started != null) {
            machine.unpark(started);
        }
    }

    /** Wakes a worker that has been {@linkplain #retire retired}, if necessary. */
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

    /** Decides what to do next; if that fails for lack of memory, retries. */
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
            return taken != null; // then a later step failed
        }
    }

    /** Waits until the slot is filled; returns false if the worker is to end. */
    private boolean awaitSlot() {
        Runnable task = slot;
        while (task == null) {
            parked = true;
            if (slot == null) {
                machine.park(this, Machine.FOREVER);
            }
            parked = false;
            Thread.interrupted(); // would make the next park return at once, and was not meant for an idle worker
            task = slot;
        }
        return task != RETIRE;
    }

    private void perform(Runnable task) {
        resetInterrupt();
        if (aborted) {
            // It was aborted between its assignment and the clearing of the interrupt, and must see it.
            Thread.currentThread().interrupt();
        }
        try {
            try {
                task.run();
            } finally {
                restoreThread(name, priority, loader);
            }
        } catch (Throwable failure) {
            failures.report(task, failure);
        }
    }

    /** Clears an interrupt that was meant for an earlier task. */
    private void resetInterrupt() {
        Thread.interrupted();
        if (source.isStopping()) {
            // The pool stopped between taking the task and clearing the interrupt: the task must see it.
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a task inside the one that submits it, which finds its thread as it was. */
    void performInside(Runnable task) {
        Thread self = Thread.currentThread();
        String nameBefore = self.getName();
        int priorityBefore = self.getPriority();
        @Nullable ClassLoader loaderBefore = self.getContextClassLoader();
        boolean interrupted = self.isInterrupted();
        resetInterrupt();
        try {
            failures.run(task);
        } finally {
            restoreThread(nameBefore, priorityBefore, loaderBefore);
            resetInterrupt();
            if (interrupted || aborted) {
                self.interrupt();
            }
        }
    }

    /**
     * Restores what a task may have changed in its thread. Thread-locals remain, since there is no way to clear them.
     */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on the priority
    private static void restoreThread(String toName, int toPriority, @Nullable ClassLoader toLoader) {
        Thread self = Thread.currentThread();
        if (self.getContextClassLoader() != toLoader) {
            self.setContextClassLoader(toLoader);
        }
        if (self.getPriority() != toPriority) {
            self.setPriority(toPriority);
        }
        if (!self.getName().equals(toName)) {
            self.setName(toName);
        }
    }
}
