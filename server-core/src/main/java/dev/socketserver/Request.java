package dev.socketserver;

import dev.socketserver.internal.util.Printable;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a server accepts and hands to a handler: a {@link StreamConnection} or one {@link Datagram}.
 *
 * <pre>
 *              begin                 keep
 *   ┌────────┐ ─────▶ ┌─────────┐ ─────────▶ ┌──────┐ dismiss ┌───────────┐
 *   │ QUEUED │        │ RUNNING │            │ IDLE │ ──────▶ │ DISMISSED │
 *   └────────┘        └─────────┘ ◀───────── └──────┘         └───────────┘
 *       │                  │         begin       │                  │
 *       └──────────────────┴───── close ─────────┴──────────────────┴──────▶ CLOSED
 * </pre>
 *
 * <p>Phase and runner are guarded by the request's monitor; all else that a request holds is confined to the thread
 * that serves it. {@link #dismiss}, {@link #interrupt}, {@link #end}, {@link #abort} and {@link #expire} are the only
 * calls that come from other threads.
 */
public abstract sealed class Request permits StreamConnection, Datagram {
    /** Where a request is on its way through the server. */
    enum Phase {
        QUEUED,
        RUNNING,
        IDLE,
        DISMISSED,
        CLOSED
    }

    /** 2 to the 64 over the golden ratio: spreads near times far (Knuth, The Art of Computer Programming, 6.4). */
    private static final long HASH = 0x9E37_79B9_7F4A_7C15L;

    private SocketAddress remoteAddress; // changed at most before the request is handed on
    private final long openedAt = System.nanoTime();

    private Phase phase = Phase.QUEUED; // guarded by this
    private @Nullable Thread runner; // guarded by this; at last the one that releases the request
    private boolean interrupted; // guarded by this
    private boolean missed; // guarded by this: ready again while it ran
    private boolean fresh = true; // guarded by this: no thread has begun it yet
    private boolean dismissed; // guarded by this
    private boolean shakesHands; // guarded by this

    private @Nullable RequestHandler<?> handler; // confined to the serving thread
    private boolean kept; // confined to the serving thread
    private Runnable closing = () -> {}; // set once, before the request is handed on
    private BooleanSupplier draining = () -> false; // set once, before the request is handed on

    Request(SocketAddress remoteAddress) {
        this.remoteAddress = remoteAddress;
    }

    /** Returns the peer's address; the real peer's, if a trusted proxy told it. Thread-safe. */
    public final SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** Another peer than the one that connected is behind this request. */
    final void remoteAddress(SocketAddress behind) {
        remoteAddress = behind;
    }

    /** Returns the address that the peer reached. Thread-safe. */
    public abstract SocketAddress localAddress();

    /** Makes the calling thread the one that serves this request; false if it was dismissed or closed meanwhile. */
    final synchronized boolean begin() {
        if (phase == Phase.DISMISSED || phase == Phase.CLOSED) {
            return false;
        }
        phase = Phase.RUNNING;
        runner = Thread.currentThread();
        fresh = false;
        kept = false;
        return true;
    }

    /** Makes the calling thread serve this request if it is idle; if not, its readiness counts as missed. */
    final synchronized boolean beginReady() {
        if (phase != Phase.IDLE) {
            missed = true;
            return false;
        }
        return begin();
    }

    /** Makes the calling thread the one that ends this request, if no thread serves it. */
    final synchronized boolean beginEnd() {
        return runner == null && begin();
    }

    /** From here to the next {@link #begin} the request waits for its peer, in this thread. */
    final synchronized void idle() {
        if (phase == Phase.RUNNING) {
            phase = Phase.IDLE;
        }
    }

    /** Ends an idle request's wait for good; false if it is not idle, shakes hands, or was dismissed before. */
    final synchronized boolean dismiss() {
        if (phase != Phase.IDLE || dismissed || shakesHands) {
            return false;
        }
        dismissed = true;
        if (runner != null) {
            phase = Phase.DISMISSED; // a parked request is served what has come, and then sees the end
        }
        wake(); // under the monitor, so that it never meets the next request
        return true;
    }

    /** Tells whether the request waits for its peer's first byte, or to be looked at for the first time. */
    final synchronized boolean isFresh() {
        return fresh;
    }

    /** The peer has sent nothing to serve yet, though a thread has begun the request. */
    final synchronized void stayFresh() {
        fresh = true;
    }

    /** The peer has begun a handshake that is not over: it is about to say something, so it is not idle. */
    final synchronized void shakesHands(boolean still) {
        shakesHands = still;
    }

    /** Tells whether it was this server that ended the wait for a next request. */
    final synchronized boolean isDismissed() {
        return dismissed;
    }

    /**
     * From here to the next {@link #beginReady} the request waits for its peer, in a selector; this thread has no more
     * to do with it.
     *
     * @return true if a readiness was missed while it ran
     */
    final synchronized boolean idleInSelector() {
        boolean before = missed;
        missed = false;
        if (phase != Phase.CLOSED) {
            phase = Phase.IDLE;
        }
        runner = null;
        return before;
    }

    /** Makes a request that this thread began wait for another thread. */
    final synchronized void requeue() {
        phase = Phase.QUEUED;
        runner = null;
    }

    /**
     * Ends the request's way. True for the one caller that is to release it: the serving thread, or anyone if there is
     * none; for any other caller the operations are aborted, and the serving thread releases when it gets here.
     */
    final boolean end() {
        while (!tryEnd()) {
            if (isServedBy(Thread.currentThread())) {
                return false; // and has ended
            }
            abort();
            if (runner() != null) {
                return false; // for the thread that serves it, or has closed it
            }
        }
        return true;
    }

    private synchronized boolean tryEnd() {
        boolean mine = phase != Phase.CLOSED && (runner == null || runner == Thread.currentThread());
        if (mine) {
            phase = Phase.CLOSED;
            runner = Thread.currentThread();
        }
        return mine;
    }

    private synchronized @Nullable Thread runner() {
        return runner;
    }

    final synchronized boolean isServedBy(Thread thread) {
        return runner == thread;
    }

    /** Interrupts the thread that serves this request, and never one that has gone on to another. */
    final synchronized void interrupt() {
        if (runner != null && phase != Phase.CLOSED) {
            interrupted = true;
            runner.interrupt();
        }
    }

    /** Clears the calling thread's interrupt flag if it was this request that was interrupted; once it is closed. */
    final synchronized void clearInterrupt() {
        if (interrupted) {
            Thread.interrupted();
        }
    }

    /** Returns how long ago the request came. */
    final Duration age() {
        return Duration.ofNanos(System.nanoTime() - openedAt);
    }

    /** Returns how the request stands, for the report of a server that ends it by force. */
    final DrainReport.Forced toBeForced() {
        Thread thread = runner();
        List<StackTraceElement> stack = thread == null ? List.of() : List.of(thread.getStackTrace());
        return new DrainReport.Forced(
                remoteAddress, age(), Optional.ofNullable(thread).map(Thread::getName), stack);
    }

    /** The request is with a server, which closes it by {@code close} and tells by {@code drains} that it is to end. */
    final void admitted(Runnable close, BooleanSupplier drains) {
        closing = close;
        draining = drains;
    }

    /**
     * Waits, in the serving thread, for the peer's next message, as a request that is idle: until something is there,
     * the peer ends, the idle timeout passes, or the server drains.
     *
     * @return true if something is there
     */
    final boolean awaitMore() {
        idle();
        if (draining.getAsBoolean()) {
            dismiss();
        }
        return awaitNext() && resume();
    }

    /** Goes on with what has come, also if it came together with the dismissal; false if the request was closed. */
    private synchronized boolean resume() {
        if (phase == Phase.DISMISSED) {
            phase = Phase.IDLE;
        }
        return begin();
    }

    /**
     * Ends the request from any thread: at once if no thread serves it, else by making that thread fail. Aborts before
     * it looks, as {@link RequestRunner#park} parks before it looks: one of the two sees the other.
     */
    final void closeFromAnyThread() {
        abort();
        if (beginEnd()) {
            closing.run();
        }
    }

    final @Nullable RequestHandler<?> handler() {
        return handler;
    }

    final void handler(RequestHandler<?> newHandler) {
        handler = newHandler;
    }

    /** Tells whether the handler asked for this request's connection to stay open after {@code handle()}. */
    final boolean isKept() {
        return kept;
    }

    final void kept(boolean keep) {
        kept = keep;
    }

    /** Takes note that the handler threw: there is no next request. */
    void failed() {
        kept = false;
    }

    /** Tells whether bytes of the peer's next request are here already. */
    boolean hasMore() {
        return false;
    }

    /** Tells whether peer and server have to shake hands before anything can be said. */
    boolean awaitsHandshake() {
        return false;
    }

    /**
     * Shakes hands with the peer, as far as that goes without waiting for it, if the request can be parked.
     *
     * @param came what {@link #receive} returned
     * @return what {@code receive} would return after it; 0 also if the handshake goes on when more has come
     * @throws IOException if one of the two refuses the other, or it takes too long
     */
    int handshake(int came) throws IOException {
        throw new IllegalStateException(this + " awaits no handshake");
    }

    /** The request ends by force: nothing is said to its peer any more that would have to be waited for. */
    void cutShort() {}

    /** Lets no blocking call of this request last longer than a last word may take. */
    void hurry() {}

    /** Makes the request ready to wait in a queue. Runs in the accepting thread. */
    void detach() {}

    /** Tells whether nobody has aborted the request. Thread-safe. */
    boolean isOpen() {
        return true;
    }

    /** Tells whether the request can wait for its peer without a thread. */
    boolean isParkable() {
        return false;
    }

    /** Lets the request, idle from here on, wait for its peer; the calling thread has no more to do with it. */
    void park() throws IOException {
        throw new IllegalStateException(this + " cannot be parked");
    }

    /** Takes in what has come for a parked request: the number of bytes, 0 for nothing, -1 if the peer has ended. */
    int receive() {
        return -1;
    }

    /**
     * Waits, in the calling thread, for the peer's next request on what was kept open.
     *
     * @return false if there is none: the peer closed, the idle timeout passed, or the server drains
     */
    boolean awaitNext() {
        return false;
    }

    /** Sends what the handler left unsent. */
    abstract void flush() throws IOException;

    /** Makes the serving thread's blocking calls on this request fail from now on. Thread-safe; releases no buffer. */
    abstract void abort();

    /** Lets an idle request see the end of its stream. Thread-safe. */
    abstract void wake();

    /** Closes this request's operation if it is overdue at {@code now}, on the {@code nanoTime} clock. Thread-safe. */
    abstract void expire(long now);

    /** Closes and releases all that the request holds; only after {@link #end}. */
    abstract void release();

    /**
     * Each request is equal to itself only; its time is a cheaper mark than the JVM's, which every request would pay.
     */
    @Override
    public final int hashCode() {
        return (int) ((openedAt * HASH) >>> Integer.SIZE);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + Printable.of(remoteAddress) + "]";
    }
}
