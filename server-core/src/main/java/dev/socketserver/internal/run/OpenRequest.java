package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.EndReason;
import dev.socketserver.Request;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through a server: a connection or a datagram. What happens to it happens in its turn, which one
 * thread at a time has; see {@link Turn} for its life. While a request is RUNNING or WAITING, everything that it holds
 * is confined to the thread that has its turn; {@link #call}, {@link #dismiss}, {@link #expire}, {@link #interrupt} and
 * {@link #abort} may come from any thread, and so may questions.
 */
public abstract class OpenRequest extends Turn {
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

    private final Long id = LAST_ID.incrementAndGet(); // the registry's key: one object, so that removal needs none
    private final long openedAt = System.nanoTime();
    private SocketAddress remoteAddress; // changed at most before the request is handed on

    private volatile boolean fresh = true; // until the peer has sent something, or a handler handles
    private volatile boolean dismissed; // by the drain
    private volatile boolean expired; // set by the housekeeper, unset by the thread that has the turn

    private volatile @Nullable EndReason endedBy; // written under this
    private volatile @Nullable Object handler; // written in the turn
    private boolean kept; // of the turn
    private boolean closedByHandler; // of the turn: what fails from then on is the handler's fault
    private @Nullable IOException firstFault; // of the turn: what reading or writing has failed with
    private @Nullable IOException lastFault; // of the turn: the same, if it has failed again

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

    /** Returns the handler that serves it, once it was made. Thread-safe. */
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

    /**
     * Throws unless the calling thread may use what the request holds: because it has the turn, or because none has had
     * it yet, as in a hook of the accepting thread.
     */
    protected final void requireTurn() {
        if (!hasTurn() && (!isQueued() || handler != null)) {
            throw new IllegalStateException(this + " may be used only by the thread that serves it, not by "
                    + Thread.currentThread().getName());
        }
    }

    // ---- why it ends

    /** Notes why the request ends, unless that was noted before. Thread-safe. */
    public void endsBy(EndReason reason) {
        if (endedBy == null) {
            noteEnd(reason);
        }
    }

    private synchronized void noteEnd(EndReason reason) {
        if (endedBy == null) {
            endedBy = reason;
        }
    }

    /** Forgets why the request was to end, since its handler goes on, unless it is closed. Of the turn. */
    protected final void goesOn() {
        if (endedBy != null && isOpen()) {
            forgetEnd();
        }
    }

    private synchronized void forgetEnd() {
        endedBy = null;
    }

    /** Returns why the request ends, if it is known. Thread-safe. */
    public final Optional<EndReason> endedBy() {
        return Optional.ofNullable(endedBy);
    }

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
        return isWaiting() && !isInHandshake();
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
        Thread thread = owner();
        List<StackTraceElement> stack = thread == null ? List.of() : List.of(thread.getStackTrace());
        return new DrainReport.Forced(
                remoteAddress, age(), Optional.ofNullable(thread).map(Thread::getName), stack);
    }

    // ---- what the transports define; of the turn unless said otherwise

    /** Looks whether there is something to handle, without waiting. */
    protected abstract Look look();

    /** Returns whether the handler is to be set up though there is nothing to handle, because it speaks first. */
    protected boolean isToBeSetUp() {
        return false;
    }

    /** The handler, which is set up, is about to handle. */
    public abstract void handling();

    /**
     * The handler has handled, and the request is kept.
     *
     * @throws IOException if it cannot be kept, because too much waits unread
     */
    protected abstract void handled() throws IOException;

    /** Returns whether other threads want something done in the request's turn that was not tried yet, and can be. */
    protected boolean hasCalls() {
        return false;
    }

    /** Returns whether some of what other threads want done needs the handler to be set up. */
    protected boolean hasTasks() {
        return false;
    }

    /** Does what other threads want done in the request's turn, without waiting for the peer. */
    protected void runCalls() throws Exception {}

    /** Does the last of what other threads want done, and waits for the peer where it has to; no task is taken then. */
    public void endCalls() throws Exception {}

    /**
     * Returns whether the handler is to be told now that its peer has been silent for a while, and notes that it was.
     */
    protected boolean takesIdleEvent() {
        return false;
    }

    /** Returns whether the request can wait for its peer without a thread. */
    protected abstract boolean isParkable();

    /** Lets the request wait for its peer without a thread; returns false if it was called: then the turn goes on. */
    protected abstract boolean park();

    /** Waits in the calling thread for the peer's next message, a call, or the end of the idle time. */
    protected abstract void awaitNext();

    /** Sends what the handler left unsent. */
    public abstract void flush() throws IOException;

    /** Allows no wait for the peer to last longer than a last word may take. */
    protected void limitWaits() {}

    /** Returns whether nothing can be said to the peer yet, since a handshake comes first. */
    protected boolean awaitsHandshake() {
        return false;
    }

    /** Returns whether the peer is in the middle of a handshake, and so not idle. Thread-safe. */
    protected boolean isInHandshake() {
        return false;
    }

    /** The handler threw: what it left unsent may be half a message. */
    protected void failed() {
        endsBy(EndReason.ERROR);
        kept = false;
    }

    /** Says nothing more to the peer that would have to be waited for. */
    protected void cutOff() {}

    /** Gets a request that is about to wait in a queue ready for that. */
    protected void detach() {}

    /** Closes and releases all that the request holds; after its turn was ended for good. */
    protected abstract void release();

    /** Returns whether the request is closed now that its turn was ended for good; else it is reported closed later. */
    protected boolean letGo() {
        return true;
    }

    /** Notes that the handler has closed the request itself. Of the turn. */
    protected final void closedByHandler() {
        closedByHandler = true;
    }

    /**
     * Notes that reading or writing has failed, which is the peer's fault unless the handler had closed the request
     * before; returns the failure. Of the turn.
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

    /** Returns why a request ends that has failed so; null if it ends, if at all, for another reason. */
    protected @Nullable EndReason reason(IOException failure) {
        return null;
    }

    /**
     * Returns whether the failure, or one of its causes, came from the peer or the way to it, and not from the handler.
     */
    public final boolean isPeersFault(Throwable failure) {
        for (Throwable cause = failure; cause != null && lastFault != null; cause = cause.getCause()) {
            if (cause == firstFault || cause == lastFault) {
                return true;
            }
        }
        return false;
    }

    /**
     * Makes whatever the serving thread waits for in this request fail from now on. Thread-safe; releases no buffer.
     */
    public abstract void abort();

    /** Returns whether nobody has aborted the request. Thread-safe. */
    public abstract boolean isOpen();
}
