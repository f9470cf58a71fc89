package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.EndReason;
import dev.socketserver.ProtocolViolationException;
import dev.socketserver.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A connection or a datagram that the server has accepted and not yet closed. It is served in its turn, which one
 * thread at a time has; see {@link Turn} for the lifecycle. While a request is RUNNING or WAITING, everything that it
 * holds is confined to the thread that has its turn. Any thread may call {@link #call}, {@link #dismiss},
 * {@link #expire}, {@link #interrupt}, {@link #abort} and the queries.
 */
public abstract class OpenRequest extends Turn {
    /** What a check for input has found. */
    public enum Look {
        /** Something to handle. */
        MESSAGE,
        /** Nothing yet. */
        NOTHING,
        /** Nothing more: the peer has ended its output, a timeout has expired, or the server drains. */
        END
    }

    /** How long one wait may last for a peer that is told of an overload, or goodbye. */
    public static final Duration LAST_WORD = Duration.ofMillis(500);

    /** How many causes of a failure are looked at: an exception may be among its own. */
    private static final int MOST_CAUSES = 64;

    private static final AtomicLong LAST_ID = new AtomicLong();

    private volatile @Nullable Long id; // written under this; null until somebody asks, as few do for a datagram
    private final long openedAt = System.nanoTime();
    private SocketAddress remoteAddress; // not changed after the request was passed on

    private volatile boolean fresh = true; // until the peer has sent something or a handler was called
    private volatile boolean dismissed; // by the drain
    private volatile boolean expired; // set by the housekeeper, cleared by the thread that has the turn

    private volatile @Nullable EndReason endedBy; // written under this
    private boolean endsForGood; // guarded by this: another thread has said why
    private volatile @Nullable Object handler; // written in the turn
    private boolean kept; // of the turn
    private boolean closedByHandler; // of the turn: later failures are the handler's fault
    private @Nullable IOException firstFault; // of the turn: the first failure of a read or write
    private @Nullable IOException lastFault; // of the turn: the last one, if there were several

    /** Creates a queued request. */
    protected OpenRequest(SocketAddress remoteAddress) {
        this.remoteAddress = remoteAddress;
    }

    // ---- properties

    /** Returns the handler's view of this request. */
    public abstract Request face();

    /** Returns the number of the request, unique in this process. Thread-safe. */
    public final long id() {
        return key();
    }

    /** Returns the number as the key of the registry. Thread-safe. */
    final Long key() {
        Long present = id;
        return present == null ? newKey() : present;
    }

    private synchronized Long newKey() {
        Long present = id;
        if (present == null) {
            present = LAST_ID.incrementAndGet();
            id = present;
        }
        return present;
    }

    /** Returns whether the request has usually ended before the next one is accepted. Thread-safe. */
    protected boolean isBrief() {
        return false;
    }

    /** Returns the peer's address. Thread-safe. */
    public final SocketAddress remoteAddress() {
        return remoteAddress;
    }

    /** Returns the peer's IP address; null if it has none, as with Unix-domain sockets. Thread-safe. */
    protected final @Nullable InetAddress ipAddress() {
        return remoteAddress instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** Replaces the address of the proxy by that of the peer behind it. */
    protected final void remoteAddress(SocketAddress behind) {
        remoteAddress = behind;
    }

    /** Returns the time since the request was accepted. Thread-safe. */
    public final Duration age() {
        return Duration.ofNanos(System.nanoTime() - openedAt);
    }

    /** Returns the handler that serves it, if it has been created. Thread-safe. */
    public final @Nullable Object handler() {
        return handler;
    }

    /** Sets the handler. Called in the turn. */
    public final void handler(Object newHandler) {
        handler = newHandler;
    }

    /**
     * Returns whether this request stays open after {@code handle()}, as the handler has requested. Called in the turn.
     */
    public final boolean isKept() {
        return kept;
    }

    /** Sets whether the request stays open after {@code handle()}. Called in the turn. */
    public final void kept(boolean keep) {
        kept = keep;
    }

    /**
     * Checks that the calling thread may use what the request holds: because it has the turn, or because no thread has
     * had it yet, as in a hook in the accepting thread.
     */
    protected final void requireTurn() {
        if (!hasTurn() && (!isQueued() || handler != null)) {
            throw new IllegalStateException(this + " may be used only by the thread that serves it, not by "
                    + Thread.currentThread().getName());
        }
    }

    // ---- end reason and idle state

    /** Records why the request ends, unless a reason was recorded before. Thread-safe. */
    public void endsBy(EndReason reason) {
        if (endedBy == null) {
            noteEnd(reason);
        }
    }

    private synchronized void noteEnd(EndReason reason) {
        if (endedBy == null) {
            endedBy = reason;
            endsForGood = !hasTurn();
        }
    }

    /**
     * Forgets why the request was to end, since its handler goes on, unless it is closed, or another thread is about to
     * close it. Of the turn.
     */
    protected final void goesOn() {
        if (endedBy != null && isOpen()) {
            forgetEnd();
        }
    }

    private synchronized void forgetEnd() {
        if (!endsForGood) {
            endedBy = null;
        }
    }

    /** Returns why the request ends, if known. Thread-safe. */
    public final Optional<EndReason> endedBy() {
        return Optional.ofNullable(endedBy);
    }

    /** Returns whether the peer has not sent anything yet and no handler was called. Thread-safe. */
    final boolean isFresh() {
        return fresh;
    }

    /** Records that the peer has sent something or a handler was called. Called in the turn. */
    protected final void noLongerFresh() {
        if (fresh) {
            fresh = false;
        }
    }

    /**
     * Makes an idle request end once everything that its peer has sent so far is served. Thread-safe.
     *
     * @return false if it is not idle or was dismissed before
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
        return isWaiting() && !isEngaged();
    }

    /** Returns whether the request was dismissed. Thread-safe. */
    public final boolean isDismissed() {
        return dismissed;
    }

    /** Records that the request, found idle by its own thread, ends as if it had been dismissed. Called in the turn. */
    protected final synchronized void dismissHere() {
        dismissed = true;
    }

    /**
     * Makes a request whose timeout has expired end, unless its peer has sent something by now; if it is served, it is
     * looked at before it waits again. Thread-safe.
     */
    protected final void expire() {
        expired = true;
        call();
    }

    /** Records that the timeout of a request that waits in its own thread has expired. Called in the turn. */
    protected final void expireHere() {
        expired = true;
    }

    /** Returns whether the timeout of its wait has expired. Called in the turn. */
    protected final boolean hasExpired() {
        return expired;
    }

    /** Returns whether the timeout of its wait has expired, and clears that. Called in the turn. */
    protected final boolean takeExpired() {
        boolean was = expired;
        if (was) {
            expired = false;
        }
        return was;
    }

    /** Returns the state of the request, for the report of a drain that forces it to end. Thread-safe. */
    final DrainReport.Forced standing() {
        Thread thread = owner();
        List<StackTraceElement> stack = thread == null ? List.of() : List.of(thread.getStackTrace());
        return new DrainReport.Forced(
                remoteAddress, age(), Optional.ofNullable(thread).map(Thread::getName), stack);
    }

    // ---- defined by the transports; called in the turn unless stated otherwise

    /** Checks without waiting whether there is something to handle. */
    protected abstract Look look();

    /** Returns whether the handler must be set up although there is nothing to handle, because it speaks first. */
    protected boolean isToBeSetUp() {
        return false;
    }

    /** Called before the handler, which is set up, is called. */
    public abstract void handling();

    /**
     * Called after the handler has returned, if the request is kept open.
     *
     * @throws IOException if it cannot be kept open because too much input is unread
     */
    protected abstract void handled() throws IOException;

    /** Returns whether a pending call needs the handler to be set up. */
    protected boolean hasTasks() {
        return false;
    }

    /** Runs the pending calls of other threads, without waiting for the peer. */
    protected void runCalls() throws Exception {}

    /** Accepts no further task, since the request is about to end. */
    public void refuseTasks() {}

    /**
     * Runs the last pending calls, waiting for the peer if necessary; no further task is accepted. Without a handler,
     * tasks stay pending.
     */
    public void endCalls() throws Exception {}

    /** Runs what was called for since {@link #endCalls}, likewise; nothing more is accepted. */
    protected void refuseCalls() throws Exception {}

    /** Returns whether the handler must be notified now that its peer has been silent, and records that it was. */
    protected boolean takesIdleEvent() {
        return false;
    }

    /** Returns whether the request can wait for its peer without a thread. */
    protected abstract boolean isParkable();

    /**
     * Parks the request, which then waits for its peer without a thread; returns false if it was called, so that the
     * turn continues.
     */
    protected abstract boolean park();

    /**
     * Sends what other threads have queued for the peer, if the request was called for nothing else, and parks it
     * again: most turns of a connection that is broadcast to are of that kind. A failure is met again in the turn that
     * continues.
     *
     * @return whether the request is parked; if not, the turn continues
     */
    public boolean sendsAndParks() {
        return false;
    }

    /** Waits in the calling thread for the peer's next message, a call, or the idle timeout. */
    protected abstract void awaitNext();

    /** Sends the handler's buffered output. */
    public abstract void flush() throws IOException;

    /**
     * Sends the handler's buffered output, before the request is parked or ends, as far as its peer takes it. The rest
     * is sent while it is parked, and only then is there something to handle, or the end.
     *
     * @return whether that was all
     */
    protected boolean sendAhead() throws IOException {
        flush();
        return true;
    }

    /** Makes room for more output, as {@link #sendAhead()}, if the handler may be called again for what is here. */
    protected void makeRoom() throws IOException {}

    /** Limits each wait for the peer, from here on, to {@link #LAST_WORD}. */
    protected void limitWaits() {}

    /** Returns whether nothing can be sent to the peer yet, because a handshake must come first. */
    protected boolean awaitsHandshake() {
        return false;
    }

    /** Returns whether it is not idle even if its peer is silent, as in the middle of a handshake. Thread-safe. */
    protected boolean isEngaged() {
        return false;
    }

    /** Called when the handler threw: its buffered output may be a partial message. */
    protected void failed() {
        endsBy(EndReason.ERROR);
        kept = false;
        refuseTasks();
    }

    /** Stops sending output that would have to wait for the peer. */
    protected void cutOff() {}

    /** Prepares the request for waiting in a queue. */
    protected void detach() {}

    /** Closes and releases everything that the request holds; called after its last turn has ended. */
    protected abstract void release();

    /** Returns whether the request is closed now that its turn was ended for good; else it is reported closed later. */
    protected boolean letGo() {
        return true;
    }

    /** Records that the handler has closed the request itself. Of the turn. */
    protected final void closedByHandler() {
        closedByHandler = true;
    }

    /**
     * Records a failed read or write, which is the peer's fault unless the handler has closed the request before;
     * returns the failure. Called in the turn.
     */
    public final <E extends IOException> E fault(E failure) {
        if (!closedByHandler) {
            if (firstFault == null) {
                firstFault = failure;
            }
            lastFault = failure;
        }
        EndReason reason = reason(failure);
        if (reason != null) {
            endsBy(reason);
        }
        return failure;
    }

    /** Returns the end reason for a failure; null if the failure does not determine one. */
    protected @Nullable EndReason reason(IOException failure) {
        return null;
    }

    /**
     * Returns whether the failure, or one of its causes, is the fault of the peer or the network, not of the handler.
     */
    public final boolean isPeersFault(Throwable failure) {
        Throwable cause = failure;
        for (int left = MOST_CAUSES; cause != null && left > 0; left--) {
            if (cause == firstFault || cause == lastFault || cause instanceof ProtocolViolationException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /**
     * Makes all current and further waits of the serving thread on this request fail. Thread-safe; releases no buffer.
     */
    public abstract void abort();

    /** Returns whether the request has not been aborted. Thread-safe. */
    public abstract boolean isOpen();
}
