package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.internal.buffer.ChannelInput;
import dev.socketserver.internal.buffer.ChannelOutput;
import dev.socketserver.internal.buffer.Inside;
import dev.socketserver.internal.buffer.StreamOwner;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RequestReports;
import dev.socketserver.internal.util.Log;
import dev.socketserver.net.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a connection consists of, and how it is closed; {@link SendingStream} adds what is sent to its peer. */
abstract class OpenStream extends OpenRequest implements StreamOwner, WaitingChannel.Owner, TlsChannel.Owner, Called {
    private static final Log LOG = Log.of(OpenStream.class);

    final StreamContext context;
    final Transport transport;
    final WaitingChannel channel;
    final ChannelInput in;
    final ChannelOutput out;
    final Inbox inbox;
    final WaitClock clock;

    @Nullable
    Poller poller; // set once, before the connection is handed on

    private volatile @Nullable Registration registration; // set once, in a turn
    private volatile @Nullable Calls calls; // set once, under this
    private boolean refusesTasks; // guarded by this: whoever wants something of it from here on wants no task
    private @Nullable ConnectionAge age; // set once, before the connection is handed on

    // Of the turn.
    @Nullable
    TlsChannel tls; // from the beginning, or set once

    Duration readTimeout;
    Duration writeTimeout;
    Duration idleTimeout;
    boolean handled; // the handler has been called
    private boolean heard; // the peer has sent something
    private boolean cutOff; // nothing is said to the peer any more

    OpenStream(Transport transport, StreamContext context) throws IOException {
        super(transport.remoteAddress());
        this.context = context;
        this.transport = transport;
        var config = context.config();
        channel = new WaitingChannel(transport, context.waits(), context.slowPeers(), this, config);
        tls = config.tls() == null ? null : new TlsChannel(channel, config.tls(), this);
        in = new ChannelInput(tls == null ? channel : tls, context.inputs(), config.readBufferSize(), this);
        out = new ChannelOutput(tls == null ? channel : tls, context.outputs(), config.writeBufferSize(), this);
        inbox = new Inbox(in, channel, tls, this, config, context.firstRead());
        readTimeout = config.readTimeout();
        writeTimeout = config.writeTimeout();
        idleTimeout = config.idleTimeout();
        clock = new WaitClock(context.alarms(), this::expire);
        applyTimeouts();
    }

    final void applyTimeouts() {
        channel.readTimeout(readTimeout);
        channel.writeTimeout(writeTimeout);
    }

    /** Keeps the address that the peer reached, which the system forgets when the connection is closed. */
    abstract void keepLocalAddress();

    /** Lets a poller be the place where it waits between two messages. */
    void waitWith(Poller place) {
        poller = place;
    }

    /** Lets it end when it is about that old. */
    void limitAge(Duration limit) {
        var limited = new ConnectionAge(this, context.alarms());
        age = limited;
        limited.start(limit);
    }

    /** Returns the poller's entry for it. */
    Registration registration() {
        Registration known = registration;
        if (known == null) {
            known = new Registration(this, transport);
            registration = known;
        }
        return known;
    }

    Transport transport() {
        return transport;
    }

    @Override
    public void beforeWait() {
        Registration known = registration;
        if (known != null) {
            Objects.requireNonNull(poller).leaveLead(known);
        }
    }

    @Override
    public final boolean isCounted() {
        return inbox.isCounted();
    }

    @Override
    public final void received(int bytes) {
        RequestReports reports = context.runner().reports();
        reports.received(bytes);
        if (!heard) {
            heard = true;
            reports.firstByte(this);
        }
    }

    @Override
    public final void sent(long bytes) {
        context.runner().reports().sent(bytes);
    }

    @Override
    public final void compute(Runnable work) {
        Registration known = registration;
        if (known == null) {
            work.run();
        } else {
            Objects.requireNonNull(poller).compute(known, work);
        }
    }

    /** Keeps what the leader does for a handshake from being taken for the time of a handler. Of the turn. */
    final void discardTimes() {
        Registration known = registration;
        if (known != null) {
            Objects.requireNonNull(poller).discardTimes(known);
        }
    }

    @Override
    public final HandshakeQueue.Place placeForHandshake(Tls rules) {
        return context.handshakes().place(ipAddress(), rules.maxHandshakes(), this::call);
    }

    @Override
    public final void acknowledge() {
        transport.acknowledge();
    }

    /** Encrypts what is read and written from here on; nothing in clear text is left. */
    final void secure(TlsChannel by) {
        tls = by;
        in.source(by);
        out.sink(by);
        inbox.secure(by);
        channel.inside(Inside.NOTHING);
        Calls known = knownCalls();
        if (known != null) {
            known.retry();
        }
    }

    // ---- why it may end while it is idle

    /** Returns whether it is as old as it may be, and no part of a message is here. Of the turn. */
    final boolean endsForAge() {
        ConnectionAge known = age;
        return known != null && known.isReached() && !inbox.hasPart();
    }

    /** Returns whether it is to end if its peer has sent nothing. Of the turn. */
    final boolean mayEnd() {
        return isDismissed() || context.drain().endsIdle(this) || endsForAge();
    }

    /** Returns whether it is to end though its peer goes on to send, since the server drains. Of the turn. */
    final boolean isServedEnough() {
        return context.drain().endsIdle(this) && !inbox.hasEnded() && inbox.isLastCallOver();
    }

    /** Returns whether a message is here that is still handled. Of the turn. */
    final boolean takesMessage() {
        return inbox.hasMessage() && !isServedEnough();
    }

    /** Returns why it ends, since it is idle. Of the turn. */
    final EndReason whyIdleEnds() {
        EndReason why = inbox.whyIdleEnds(isDismissed(), clock.isCutShort());
        if (why == EndReason.DRAIN || (why == EndReason.IDLE_TIMEOUT && !clock.isUp())) {
            return context.drain().endsIdle(this) ? EndReason.DRAIN : EndReason.MAX_CONNECTION_AGE;
        }
        return why;
    }

    /**
     * Returns what follows when its wait has lasted as long as it may. A part of a message that was held back is
     * handled, so that its handler sees a read fail as it would have without. Of the turn.
     */
    final Look timeIsUp() {
        if (clock.isCutShort() || !inbox.isHeldBack()) {
            return Look.END;
        }
        channel.restIsOverdue();
        return Look.MESSAGE;
    }

    /** Returns when a part of a message that is held back is looked at again. Of the turn. */
    final long heldBackUntil() {
        return Deadline.earlier(clock.until(), Deadline.after(FirstRead.PATIENCE.toNanos()));
    }

    // ---- for whoever wants its place

    /**
     * Returns how long it has waited for its peer's next message; -1 if it does not, or its peer has yet to take
     * messages. Thread-safe.
     */
    long idleNanos(long now) {
        Calls known = knownCalls();
        boolean isBehind = known != null && known.hasUnsent();
        return isWaiting() && !isEngaged() && !isBehind ? now - clock.idleSince() : -1;
    }

    /** Returns whether it is about to end for its place, or at least to be looked at for that. Thread-safe. */
    boolean yieldsPlace() {
        return clock.isCutShort();
    }

    /** Lets it end, unless its peer has sent something by now, because its place is wanted. Thread-safe. */
    void yieldPlace() {
        clock.cutShort();
        expire();
    }

    // ---- what other threads want of it

    @Override
    public final Calls calls() {
        Calls known = calls;
        return known == null ? newCalls() : known;
    }

    private synchronized Calls newCalls() {
        Calls known = calls;
        if (known == null) {
            known = new Calls();
            if (refusesTasks) {
                known.refuse();
            }
            calls = known;
        }
        return known;
    }

    @Override
    public final synchronized void refuseTasks() {
        refusesTasks = true;
        Calls known = calls;
        if (known != null) {
            known.refuse();
        }
    }

    /** Checks that it has an output, and is not about to end. Of the turn. */
    final void requireOutput() {
        Faults.requireOutput(this, out, isAboutToEnd());
    }

    private synchronized boolean isAboutToEnd() {
        return refusesTasks;
    }

    /** Returns what other threads want of it, if any ever wanted something. Thread-safe. */
    final @Nullable Calls knownCalls() {
        return calls;
    }

    /** Returns what others want of it; if nobody ever wanted something, nobody can any more. */
    final synchronized Calls lastCalls() {
        Calls known = calls;
        if (known == null) {
            known = Calls.REFUSED;
            calls = known;
        }
        return known;
    }

    /** Returns whether calls can be answered now. */
    final boolean isCallable() {
        return !awaitsHandshake() && transport.isOpen();
    }

    // ---- its end

    @Override
    public void flush() throws IOException {
        if (transport.isOpen()) {
            out.send();
        }
    }

    @Override
    protected void limitWaits() {
        channel.lastWord(LAST_WORD);
    }

    @Override
    protected boolean awaitsHandshake() {
        return tls != null && tls.isAwaited();
    }

    @Override
    protected void cutOff() {
        cutOff = true;
    }

    @Override
    protected @Nullable EndReason reason(IOException failure) {
        return Faults.reason(failure, isOpen());
    }

    @Override
    public boolean isOpen() {
        return transport.isOpen();
    }

    @Override
    public void abort() {
        endsBy(EndReason.SERVER);
        try {
            keepLocalAddress();
        } finally {
            closeNow();
        }
    }

    private void closeNow() {
        try {
            transport.close();
        } catch (IOException e) {
            LOG.debug("closing {} failed: {}", this, e);
        } finally {
            channel.wake();
            if (registration != null) {
                Objects.requireNonNull(poller).wakeIfSelecting();
            }
        }
    }

    @Override
    protected void release() {
        endsBy(EndReason.SERVER); // if nobody said so
        inbox.endWait();
        context.firstWords().leave();
        clock.stop();
        if (age != null) {
            age.stop();
        }
        try {
            lastCalls().drop();
        } finally {
            releaseTransport();
        }
    }

    private void releaseTransport() {
        try {
            endTls(handled && !inbox.hasEnded() && !awaitsHandshake() ? writeTimeout : LAST_WORD);
        } finally {
            try {
                channel.endTurn();
            } finally {
                try {
                    closeTransport();
                } finally {
                    releaseBuffers();
                }
            }
        }
    }

    private void closeTransport() {
        try {
            keepLocalAddress();
        } finally {
            if (cutOff || clock.isCutShort() || (tls == null && inbox.hasEnded()) || !transport.isOpen()) {
                closeNow(); // who was idle for long has received all
            } else {
                context.lingering().close(transport, registration == null ? null : poller);
            }
        }
    }

    private void releaseBuffers() {
        try {
            if (tls != null) {
                tls.discard();
            }
        } finally {
            try {
                in.discard();
            } finally {
                out.discard();
            }
        }
    }

    /** Tells a TLS peer that this is the end, or why it is, as far as the connection is still there. */
    final void endTls(Duration patience) {
        try {
            if (tls != null && !cutOff && transport.isOpen()) {
                channel.lastWord(patience);
                tls.closeOutput();
            }
        } catch (IOException e) {
            LOG.debug("could not send close_notify to {}: {}", this, e);
        }
    }
}
