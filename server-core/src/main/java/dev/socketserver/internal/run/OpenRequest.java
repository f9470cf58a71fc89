package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.Request;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through a server: a connection or a datagram. What happens to it happens in its turn, which one
 * thread at a time has; the diagram shows when.
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
 * </pre>
 *
 * <p>Phase and flags are one word, which every transition changes by compare-and-set. While a request is RUNNING or
 * WAITING, everything else that it holds is confined to the thread that has its turn; {@link #call}, {@link #dismiss},
 * {@link #expire}, {@link #interrupt} and {@link #abort} may come from any thread, and so may questions.
 */
public abstract class OpenRequest {
    /** What a request is found to have for its handler. */
    public enum Look {
        /** Something to handle. */
        MESSAGE,
        /** Nothing yet. */
        NOTHING,
        /** Nothing ever again: the peer has ended, its time is up, or the server drains. */
        END
    }

    private static final AtomicLong LAST_ID = new AtomicLong();

    private static final int PHASE = 7;
    private static final int QUEUED = 0;
    private static final int RUNNING = 1;
    private static final int WAITING = 2;
    private static final int PARKED = 3;
    private static final int CLOSED = 4;

    /** Something other than the peer wants the request's attention before it waits again. */
    private static final int CALLED = 8;

    /** It was reported ready while it was not parked, and is not going to be reported again unless it is armed. */
    private static final int READY = 16;

    /** Its thread is about to be interrupted, and must not leave it meanwhile. */
    private static final int INTERRUPTING = 32;

    /** Its thread was interrupted on its behalf. */
    private static final int INTERRUPTED = 64;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(OpenRequest.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Long id = LAST_ID.incrementAndGet(); // the registry's key: one object, so that removal needs none
    private final long openedAt = System.nanoTime();
    private SocketAddress remoteAddress; // changed at most before the request is handed on

    @SuppressWarnings("FieldMayBeFinal")
    private volatile int word = QUEUED; // written through WORD

    /** Who has the turn: set after it began, unset before it ends, by that thread only. */
    private volatile @Nullable Thread owner;

    private volatile boolean fresh = true; // until the peer has sent something, or a handler handles
    private volatile boolean dismissed; // by the drain
    private volatile boolean expired; // set by the housekeeper, unset by the thread that has the turn

    private @Nullable Object handler; // of the turn
    private boolean kept; // of the turn

    /** Creates a request that waits for its first turn. */
    protected OpenRequest(SocketAddress remoteAddress) {
        this.remoteAddress = remoteAddress;
    }

    // ---- what it is

    /** Returns it as its handler sees it. */
    public abstract Request face();

    /** Returns the number of the request, unique in this process. Thread-safe. */
    public final long id() {
        return id;
    }

    final Long key() {
        return id;
    }

    /** Returns the peer's address. Thread-safe. */
    public final SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** Replaces the address of the proxy by that of the peer behind it. */
    protected final void remoteAddress(SocketAddress behind) {
        remoteAddress = behind;
    }

    /** Returns how long ago the request came. */
    final Duration age() {
        return Duration.ofNanos(System.nanoTime() - openedAt);
    }

    /** Returns the handler that serves it, once it was made. Of the turn. */
    public final @Nullable Object handler() {
        return handler;
    }

    /** Sets the handler. Of the turn. */
    public final void handler(Object newHandler) {
        handler = newHandler;
    }

    /** Returns whether the handler asked for this request to stay open after {@code handle()}. Of the turn. */
    public final boolean isKept() {
        return kept;
    }

    /** Says whether the request stays open after {@code handle()}. Of the turn. */
    public final void kept(boolean keep) {
        kept = keep;
    }

    // ---- turns

    private boolean change(int from, int phase, int flags) {
        return WORD.compareAndSet(this, from, phase | flags);
    }

    /** Takes the turn of a request that is queued; returns false if it is not. */
    public final boolean begin() {
        for (int seen = word; (seen & PHASE) == QUEUED; seen = word) {
            if (change(seen, RUNNING, seen & ~PHASE)) {
                owner = Thread.currentThread();
                return true;
            }
        }
        return false;
    }

    /** Takes the turn of a parked request that is ready; of any other, notes that its readiness was missed. */
    public final boolean beginReady() {
        for (int seen = word; (seen & PHASE) != CLOSED; seen = word) {
            if ((seen & PHASE) == PARKED) {
                if (change(seen, RUNNING, seen & ~PHASE)) {
                    owner = Thread.currentThread();
                    return true;
                }
            } else if (change(seen, seen & PHASE, (seen & ~PHASE) | READY)) {
                return false;
            }
        }
        return false;
    }

    /** Returns whether the request is parked. */
    protected final boolean isParked() {
        return (word & PHASE) == PARKED;
    }

    /**
     * Throws unless the calling thread may use what the request holds: because it has the turn, or because none has had
     * it yet, as in a hook of the accepting thread.
     */
    protected final void requireTurn() {
        if (owner != Thread.currentThread() && ((word & PHASE) != QUEUED || handler != null)) {
            throw new IllegalStateException(this + " is not served by this thread, which may not use it: "
                    + Thread.currentThread().getName());
        }
    }

    /** Returns whether the calling thread has the turn. */
    public final boolean hasTurn() {
        return owner == Thread.currentThread();
    }

    /** Returns whether that thread has the turn. */
    final boolean isServedBy(Thread thread) {
        return owner == thread;
    }

    /** What became of an attempt to park. */
    protected enum Parking {
        /** The turn has ended. */
        PARKED,
        /** The turn has ended, and the request has to be armed, since its readiness was missed. */
        PARKED_UNARMED,
        /** The request was called meanwhile: the turn goes on. */
        CALLED
    }

    /** Ends the turn of a request that waits for its peer without a thread. */
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
            } else if (change(seen, PARKED, 0)) {
                clearInterrupt(seen);
                return (seen & READY) == 0 ? Parking.PARKED : Parking.PARKED_UNARMED;
            }
        }
    }

    /** Ends the turn of a request that another thread is to go on with. */
    final void requeue() {
        owner = null;
        while (true) {
            int seen = word;
            if ((seen & INTERRUPTING) != 0) {
                Thread.onSpinWait();
            } else if (change(seen, QUEUED, seen & READY)) {
                clearInterrupt(seen);
                return;
            }
        }
    }

    /** Begins to wait for the next message in the calling thread; returns false if the request was called. */
    protected final boolean beginWait() {
        while (true) {
            int seen = word;
            boolean called = (seen & CALLED) != 0;
            if (change(seen, called ? RUNNING : WAITING, seen & ~PHASE & ~CALLED)) {
                return !called;
            }
        }
    }

    /** Ends the wait; whoever has called the request is not forgotten. */
    protected final void endWait() {
        for (int seen = word; (seen & PHASE) == WAITING; seen = word) {
            if (change(seen, RUNNING, seen & ~PHASE & ~CALLED)) {
                return;
            }
        }
    }

    /**
     * Has the request looked at soon, whether its peer sends or not: at once if it waits for its peer, else before it
     * waits again. Thread-safe.
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
                        if ((seen & PHASE) == WAITING) {
                            wake();
                        }
                        return;
                    }
                }
            }
        }
    }

    /**
     * Ends the request's way through the server. Only the thread that has the turn may end it, and only once.
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
                return true; // and the thread stays the owner, for whoever asks what it is about
            }
        }
        return false;
    }

    private static void clearInterrupt(int seen) {
        if ((seen & INTERRUPTED) != 0) {
            Thread.interrupted();
        }
    }

    /** Interrupts the thread that has the turn, and never one that has gone on to another. Thread-safe. */
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
        return (seen & PHASE) == RUNNING || (seen & PHASE) == WAITING;
    }

    // ---- why it ends

    /** Returns whether the peer has sent nothing yet, and no handler has handled. Thread-safe. */
    final boolean isFresh() {
        return fresh;
    }

    /** Notes that the peer has sent something, or that a handler handles. Of the turn. */
    protected final void noLongerFresh() {
        if (fresh) {
            fresh = false;
        }
    }

    /**
     * Lets an idle request end once everything is served that its peer has sent by now. Thread-safe.
     *
     * @return false if it is not idle, or was dismissed before
     */
    protected final synchronized boolean dismiss() {
        if (dismissed || !isIdle()) {
            return false;
        }
        dismissed = true;
        call();
        return true;
    }

    private boolean isIdle() {
        int phase = word & PHASE;
        return (phase == PARKED || phase == WAITING) && !isInHandshake();
    }

    /** Returns whether the request was dismissed. Thread-safe. */
    public final boolean isDismissed() {
        return dismissed;
    }

    /** Notes that the request, which its own thread found idle, ends as if it had been dismissed. Of the turn. */
    protected final synchronized void dismissHere() {
        dismissed = true;
    }

    /** Lets a parked request end unless its peer has sent something by now: its time is up. Thread-safe. */
    protected final void expire() {
        expired = true;
        call();
    }

    /** Notes that the time is up of a request that waits in its own thread. Of the turn. */
    protected final void expireHere() {
        expired = true;
    }

    /** Returns whether the time of its wait was up, and forgets it. Of the turn. */
    protected final boolean takeExpired() {
        boolean was = expired;
        if (was) {
            expired = false;
        }
        return was;
    }

    /** Returns how the request stands, for the report of a drain that ends it by force. Thread-safe. */
    final DrainReport.Forced standing() {
        Thread thread = owner;
        List<StackTraceElement> stack = thread == null ? List.of() : List.of(thread.getStackTrace());
        return new DrainReport.Forced(
                remoteAddress, age(), Optional.ofNullable(thread).map(Thread::getName), stack);
    }

    // ---- what the transports define; of the turn unless said otherwise

    /** Looks whether there is something to handle, without waiting. */
    protected abstract Look look();

    /** Returns whether the handler is to be set up though there is nothing to handle, because it speaks first. */
    protected abstract boolean isToBeSetUp();

    /** The handler, which is set up, is about to handle. */
    public abstract void handling();

    /** The handler has handled, and the request is kept. */
    protected abstract void handled();

    /** Runs what other threads want done in the request's turn. */
    protected abstract void runCalls() throws Exception;

    /** Returns whether the request can wait for its peer without a thread. */
    protected abstract boolean isParkable();

    /** Lets the request wait for its peer without a thread; returns false if it was called: then the turn goes on. */
    protected abstract boolean park();

    /** Waits in the calling thread for the peer's next message, a call, or the end of the idle time. */
    protected abstract void awaitNext();

    /** Sends what the handler left unsent. */
    public abstract void flush() throws IOException;

    /** Allows no wait for the peer to last longer than a last word may take. */
    protected abstract void limitWaits();

    /** Returns whether nothing can be said to the peer yet, since a handshake comes first. */
    protected abstract boolean awaitsHandshake();

    /** Returns whether the peer is in the middle of a handshake, and so not idle. Thread-safe. */
    protected abstract boolean isInHandshake();

    /** The handler threw: what it left unsent may be half a message. */
    protected abstract void failed();

    /** Says nothing more to the peer that would have to be waited for. */
    protected abstract void cutOff();

    /** Gets a request that is about to wait in a queue ready for that. */
    protected abstract void detach();

    /** Closes and releases all that the request holds; after its turn was ended for good. */
    protected abstract void release();

    /** Returns whether the failure came from the peer or the way to it, and not from the handler. */
    public abstract boolean isPeersFault(Throwable failure);

    /**
     * Makes whatever the serving thread waits for in this request fail from now on. Thread-safe; releases no buffer.
     */
    public abstract void abort();

    /** Returns whether nobody has aborted the request. Thread-safe. */
    public abstract boolean isOpen();

    /** Ends a wait that {@link #beginWait} began. Thread-safe. */
    protected abstract void wake();

    /** Has a request that was parked, and is queued now, served. Thread-safe. */
    protected abstract void schedule();
}
