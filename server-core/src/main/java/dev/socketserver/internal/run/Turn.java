package dev.socketserver.internal.run;

import dev.socketserver.internal.util.Classes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The turn of a request: everything that happens to a request happens in its turn, which one thread at a time has, as
 * the diagram shows.
 *
 * <pre>
 *              begin              beginWait
 *   ┌────────┐ ─────▶ ┌─────────┐ ─────────▶ ┌─────────┐
 *   │ QUEUED │        │ RUNNING │            │ WAITING │   in the serving thread, between two messages
 *   └────────┘        └─────────┘ ◀───────── └─────────┘
 *       ▲    beginReady ▲  │   │   endWait
 *       │ call          │  │   │ end
 *   ┌────────┐ ─────────┘  │   ▼
 *   │ PARKED │ ◀───────────┘  ┌────────┐
 *   └────────┘    tryPark     │ CLOSED │
 *                             └────────┘
 *
 *   RUNNING ──beginFirstRead()──▶ READING ──endWait()──▶ RUNNING   in a handler that was called before the first byte
 * </pre>
 *
 * <p>Phase and flags form one word, which every transition changes by compare-and-set. Thread-safe.
 */
abstract class Turn {
    private static final int PHASE = 7;
    private static final int QUEUED = 0;
    private static final int RUNNING = 1;
    private static final int WAITING = 2;
    private static final int PARKED = 3;
    private static final int CLOSED = 4;
    private static final int READING = 5;

    /** A call is pending, which must be served before the request waits again. */
    private static final int CALLED = 8;

    /**
     * The request must be armed before it is reported ready again: it was reported while it was not parked, or it waits
     * for something different. Stays set until it is armed, whatever happens in the meantime.
     */
    private static final int UNARMED = 16;

    /** Its thread is about to be interrupted, and must not end the turn in the meantime. */
    private static final int INTERRUPTING = 32;

    /** Its thread was interrupted on its behalf. */
    private static final int INTERRUPTED = 64;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Turn.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        Classes.initialize(MethodHandles.lookup(), Parking.class);
    }

    @SuppressWarnings("FieldMayBeFinal")
    private volatile int word = QUEUED; // written through WORD

    /** The thread that has the turn: set after the turn has begun and cleared before it ends, by that thread only. */
    private volatile @Nullable Thread owner;

    private boolean change(int from, int phase, int flags) {
        return WORD.compareAndSet(this, from, phase | flags);
    }

    /** Takes the turn of a queued request; returns false if it is not queued. */
    public final boolean begin() {
        for (int seen = word; (seen & PHASE) == QUEUED; seen = word) {
            if (change(seen, RUNNING, seen & ~PHASE)) {
                owner = Thread.currentThread();
                return true;
            }
        }
        return false;
    }

    /**
     * Takes the turn of a parked request that is ready; for any other request, records that its readiness was missed.
     */
    public final boolean beginReady() {
        for (int seen = word; (seen & PHASE) != CLOSED; seen = word) {
            if ((seen & PHASE) == PARKED) {
                if (change(seen, RUNNING, seen & ~PHASE)) {
                    owner = Thread.currentThread();
                    return true;
                }
            } else if (change(seen, seen & PHASE, (seen & ~PHASE) | UNARMED)) {
                return false;
            }
        }
        return false;
    }

    /** Returns whether the request is parked. */
    protected final boolean isParked() {
        return (word & PHASE) == PARKED;
    }

    /** Returns whether the calling thread has the turn. */
    public final boolean hasTurn() {
        return owner == Thread.currentThread();
    }

    /** Returns whether the given thread has the turn. */
    final boolean isServedBy(Thread thread) {
        return owner == thread;
    }

    /** Records that the request must be armed when it is parked. Called in the turn. */
    protected final void unarmed() {
        int seen = word;
        while (!change(seen, seen & PHASE, (seen & ~PHASE) | UNARMED)) {
            seen = word;
        }
    }

    /** Returns whether the request must be armed when it is parked, as it may be ready. Called in the turn. */
    protected final boolean isUnarmed() {
        return (word & UNARMED) != 0;
    }

    /** Called by the thread that is about to arm the request for what it then waits for. */
    public final void arming() {
        for (int seen = word; (seen & UNARMED) != 0; seen = word) {
            if (change(seen, seen & PHASE, seen & ~PHASE & ~UNARMED)) {
                return;
            }
        }
    }

    /** The result of an attempt to park. */
    protected enum Parking {
        /** The turn has ended. */
        PARKED,
        /** The turn has ended, and the request must be armed. */
        PARKED_UNARMED,
        /** The request was called in the meantime: the turn continues. */
        CALLED
    }

    /** Ends the turn of a request that is to wait for its peer without a thread. */
    protected final Parking tryPark() {
        owner = null;
        while (true) {
            int seen = word;
            if ((seen & CALLED) != 0) {
                if (change(seen, RUNNING, seen & ~PHASE & ~CALLED)) {
                    owner = Thread.currentThread();
                    return Parking.CALLED;
                }
            } else if ((seen & INTERRUPTING) != 0) {
                Thread.onSpinWait();
            } else if (change(seen, PARKED, seen & UNARMED)) {
                clearInterrupt(seen);
                return (seen & UNARMED) == 0 ? Parking.PARKED : Parking.PARKED_UNARMED;
            }
        }
    }

    /** Ends the turn of a request that another thread is to continue. */
    final void requeue() {
        owner = null;
        while (true) {
            int seen = word;
            if ((seen & INTERRUPTING) != 0) {
                Thread.onSpinWait();
            } else if (change(seen, QUEUED, seen & UNARMED)) {
                clearInterrupt(seen);
                return;
            }
        }
    }

    /** Begins to wait for the next message in the calling thread; returns false if the request was called. */
    protected final boolean beginWait() {
        return isWaitBegun(WAITING);
    }

    /**
     * Begins to wait for the first byte in a handler's read, where the request is not idle but may be called; returns
     * false if it was called.
     */
    protected final boolean beginFirstRead() {
        return isWaitBegun(READING);
    }

    private boolean isWaitBegun(int phase) {
        while (true) {
            int seen = word;
            boolean called = (seen & CALLED) != 0;
            if (change(seen, called ? RUNNING : phase, seen & ~PHASE & ~CALLED)) {
                return !called;
            }
        }
    }

    /** Ends the wait; a call that has arrived stays pending. */
    protected final void endWait() {
        for (int seen = word; isInWait(seen); seen = word) {
            if (change(seen, RUNNING, seen & ~PHASE & ~CALLED)) {
                return;
            }
        }
    }

    private static boolean isInWait(int seen) {
        return (seen & PHASE) == WAITING || (seen & PHASE) == READING;
    }

    /**
     * Calls the request: makes it check for pending work, at once if it waits for its peer, otherwise before it waits
     * again. Thread-safe.
     */
    public final void call() {
        while (true) {
            int seen = word;
            switch (seen & PHASE) {
                case CLOSED -> {
                    return;
                }
                case PARKED -> {
                    if (change(seen, QUEUED, seen & ~PHASE)) {
                        schedule();
                        return;
                    }
                }
                default -> {
                    if (change(seen, seen & PHASE, (seen & ~PHASE) | CALLED)) {
                        if (isInWait(seen)) {
                            wake();
                        }
                        return;
                    }
                }
            }
        }
    }

    /**
     * Ends the request. Only the thread that has the turn may do so, and only once.
     *
     * @return false if the calling thread does not have the turn
     */
    final boolean end() {
        if (!hasTurn()) {
            return false;
        }
        for (int seen = word; (seen & PHASE) != CLOSED; seen = word) {
            if ((seen & INTERRUPTING) != 0) {
                Thread.onSpinWait();
            } else if (change(seen, CLOSED, 0)) {
                clearInterrupt(seen);
                return true; // the thread stays the owner, for diagnostics
            }
        }
        return false;
    }

    private static void clearInterrupt(int seen) {
        if ((seen & INTERRUPTED) != 0) {
            Thread.interrupted();
        }
    }

    /** Interrupts the thread that has the turn, and never a thread that already serves another request. Thread-safe. */
    final void interrupt() {
        for (int seen = word; isInTurn(seen) && (seen & INTERRUPTING) == 0; seen = word) {
            if (change(seen, seen & PHASE, (seen & ~PHASE) | INTERRUPTING)) {
                Thread thread = owner;
                if (thread != null) {
                    thread.interrupt();
                }
                endInterrupt();
                return;
            }
        }
    }

    private void endInterrupt() {
        int seen = word;
        while (!change(seen, seen & PHASE, (seen & ~PHASE & ~INTERRUPTING) | INTERRUPTED)) {
            seen = word;
        }
    }

    private static boolean isInTurn(int seen) {
        return (seen & PHASE) == RUNNING || isInWait(seen);
    }

    /** Returns whether the request has ended. Thread-safe. */
    protected final boolean hasEnded() {
        return (word & PHASE) == CLOSED;
    }

    /** Returns whether the request waits for its first turn, or was called and waits for the next one. */
    public final boolean isQueued() {
        return (word & PHASE) == QUEUED;
    }

    /** Returns whether the request waits for its peer's next message, with a thread or without. */
    protected final boolean isWaiting() {
        int phase = word & PHASE;
        return phase == PARKED || phase == WAITING;
    }

    /** Notes which thread reports the end of the request, whose turn was ended for good; null for none yet. */
    protected final void endsIn(@Nullable Thread thread) {
        owner = thread;
    }

    /** Returns the thread that has the turn, or had it last. */
    final @Nullable Thread owner() {
        return owner;
    }

    /** Ends a wait that {@link #beginWait} or {@link #beginFirstRead} began. Thread-safe. */
    protected abstract void wake();

    /** Passes a request that was parked and is now queued on to be served. Thread-safe. */
    protected abstract void schedule();
}
