package dev.socketserver.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A machine on which a pool runs deterministically: one thread runs at a time, until it parks, sleeps or ends, and time
 * passes only when {@link #advance} says so. Its threads are real ones that take turns; which of the runnable ones is
 * next is decided by order of becoming runnable, by a seeded random number, or by a model check.
 */
final class SimulatedMachine implements Machine, AutoCloseable {
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos(); // overflows on the way

    private final Map<Thread, SimulatedThread> threads = new HashMap<>();
    private final List<SimulatedThread> runnable = new ArrayList<>();
    private final Semaphore turnEnded = new Semaphore(0);
    private final IntUnaryOperator chooser;
    private final boolean preemptive;
    private long now = START;
    private int succeedingStarts;
    private int failingStarts;
    private int startsInAll;
    private int unparks;
    private int processors = 64;
    private boolean closed;

    /** A machine that runs threads in the order in which they become runnable. */
    SimulatedMachine() {
        this(count -> 0, false);
    }

    /** A machine that runs threads in a random order. */
    SimulatedMachine(long seed) {
        this(new Random(seed)::nextInt, false);
    }

    /**
     * A machine on which somebody else decides which of several runnable threads is next.
     *
     * @param chooser given their number, returns the index of one; the thread that ran last is the first, if it can go
     *     on
     * @param preemptive whether that is also asked each time before a thread takes the pool's lock or wakes another one
     */
    SimulatedMachine(IntUnaryOperator chooser, boolean preemptive) {
        this.chooser = chooser;
        this.preemptive = preemptive;
    }

    // ---- What a test does; always on the test's own thread

    /** Runs everything that can run without time passing. */
    void settle() {
        while (!runnable.isEmpty()) {
            int next = runnable.size() == 1 ? 0 : chooser.applyAsInt(runnable.size());
            runnable.remove(next).takeTurn();
        }
    }

    /** Lets time pass, and runs everything that becomes due, in order. */
    void advance(Duration duration) {
        long end = now + duration.toNanos();
        settle();
        for (SimulatedThread next = nextDue(end); next != null; next = nextDue(end)) {
            now = Math.max(now - next.wakeAt, 0) + next.wakeAt;
            next.makeRunnable();
            settle();
        }
        now = end;
    }

    /** Lets time pass in which nothing runs, as when the whole process is suspended. */
    void suspend(Duration duration) {
        settle();
        now += duration.toNanos();
    }

    /** Runs a body on a simulated thread of its own. */
    SimulatedThread spawn(String name, Runnable body) {
        SimulatedThread thread = new SimulatedThread(name, body);
        thread.start();
        return thread;
    }

    /** The next starts of threads fail as they do when the machine has no more. */
    void failNextStarts(int count) {
        failingStarts = count;
    }

    /** Starts fail from now on, after some more that succeed. */
    void failAfter(int count) {
        succeedingStarts = count;
        failingStarts = Integer.MAX_VALUE;
    }

    void processors(int count) {
        processors = count;
    }

    int unparks() {
        return unparks;
    }

    /** Threads that wait for a moment to come. */
    long timedParks() {
        return threads.values().stream().filter(thread -> thread.timed).count();
    }

    long liveThreads(String prefix) {
        return threads.keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    /** Ends every thread that is left. */
    @Override
    public void close() {
        closed = true;
        while (!threads.isEmpty()) {
            threads.values().iterator().next().takeTurn();
        }
    }

    // ---- What a task does; always on a simulated thread

    /** Takes time. */
    void sleep(Duration duration) {
        SimulatedThread self = self();
        long until = now + duration.toNanos();
        while (!closed && now - until < 0) {
            self.wakeIn(until - now);
            self.pause();
        }
    }

    /** Takes time unless interrupted; tells whether it was. */
    boolean sleepUnlessInterrupted(Duration duration) {
        SimulatedThread self = self();
        long until = now + duration.toNanos();
        while (!closed && now - until < 0) {
            if (Thread.interrupted()) {
                return true;
            }
            self.wakeIn(until - now);
            self.pause();
        }
        return Thread.interrupted();
    }

    // ---- What the pool does

    @Override
    public long nanoTime() {
        yieldIfPreemptive();
        return now;
    }

    /** Lets another thread run first, if the chooser wants it. */
    private void yieldIfPreemptive() {
        if (preemptive && !closed && Thread.currentThread() instanceof SimulatedThread self && !runnable.isEmpty()) {
            self.queued = true;
            runnable.add(0, self);
            self.pause();
        }
    }

    @Override
    public int processors() {
        return processors;
    }

    @Override
    public Thread newWorker(String name, Runnable body) {
        return new SimulatedThread(name, body);
    }

    @Override
    public Thread newDaemon(String name, Runnable body) {
        return new SimulatedThread(name, body);
    }

    @Override
    public void park(Object blocker, long nanos) {
        SimulatedThread self = self();
        if (self.permit || self.isInterrupted()) {
            self.permit = false;
            return;
        }
        self.parked = true;
        if (nanos != FOREVER) {
            self.wakeIn(nanos);
        }
        self.pause();
        if (closed) {
            throw new SimulationClosed();
        }
    }

    @Override
    public void unpark(Thread thread) {
        unparks++;
        yieldIfPreemptive();
        SimulatedThread target = (SimulatedThread) thread;
        if (target.parked) {
            target.makeRunnable();
        } else {
            target.permit = true;
        }
    }

    private @Nullable SimulatedThread nextDue(long end) {
        @Nullable SimulatedThread next = null;
        for (SimulatedThread thread : threads.values()) {
            if (thread.timed
                    && !thread.queued
                    && thread.wakeAt - end <= 0
                    && (next == null || thread.isDueBefore(next))) {
                next = thread;
            }
        }
        return next;
    }

    private SimulatedThread self() {
        return (SimulatedThread) Thread.currentThread();
    }

    /** A thread that runs only when it has the turn. */
    final class SimulatedThread extends Thread {
        private final Runnable body;
        private final Semaphore turn = new Semaphore(0);
        private long order;
        private boolean permit;
        private boolean parked;
        private boolean queued;
        private boolean ended;
        private boolean timed;
        private long wakeAt;

        SimulatedThread(String name, Runnable body) {
            super(null, null, name, 0, false);
            this.body = body;
            setDaemon(true);
        }

        @Override
        public synchronized void start() {
            if (succeedingStarts > 0) {
                succeedingStarts--;
            } else if (failingStarts > 0) {
                failingStarts--;
                throw new OutOfMemoryError("unable to create native thread (simulated)");
            }
            order = startsInAll++;
            threads.put(this, this);
            super.start();
            makeRunnable();
        }

        @Override
        public void run() {
            turn.acquireUninterruptibly();
            try {
                if (!closed) {
                    body.run();
                }
            } catch (SimulationClosed expected) {
                // The test is over.
            } finally {
                threads.remove(this);
                ended = true;
                turnEnded.release();
            }
        }

        /** As in life, an interrupt ends a park. */
        @Override
        public void interrupt() {
            super.interrupt();
            if (parked || timed) {
                makeRunnable();
            }
        }

        private boolean isDueBefore(SimulatedThread other) {
            return wakeAt - other.wakeAt < 0 || (wakeAt == other.wakeAt && order < other.order);
        }

        private void makeRunnable() {
            if (!queued) {
                queued = true;
                runnable.add(this);
            }
        }

        private void wakeIn(long nanos) {
            timed = true;
            wakeAt = now + nanos;
        }

        /** Gives the turn away until made runnable. */
        private void pause() {
            turnEnded.release();
            turn.acquireUninterruptibly();
        }

        private void takeTurn() {
            queued = false;
            parked = false;
            timed = false;
            turn.release();
            try {
                if (!turnEnded.tryAcquire(20, TimeUnit.SECONDS)) {
                    throw new AssertionError(getName() + " blocks: " + List.of(getStackTrace()));
                }
                if (ended) {
                    join();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Unwinds a thread when the test is over. */
    private static final class SimulationClosed extends Error {
        private static final long serialVersionUID = 1;
    }
}
