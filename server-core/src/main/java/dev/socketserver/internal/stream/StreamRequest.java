package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.OpenRequest;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The turns of a connection: what it has for its handler, and where it waits. {@link Connection} adds what handlers
 * see. See {@link OpenRequest} for its life.
 */
abstract class StreamRequest extends OpenStream {
    private final FirstWords.Witness witness;
    private volatile boolean inHandshake; // written in a turn
    private boolean turnBegins = true; // of the turn: nothing was received in it yet

    StreamRequest(Transport transport, StreamContext context) throws IOException {
        super(transport, context);
        witness = context.firstWords().witness();
    }

    // ---- on its way in

    /**
     * Returns whether its first turn is with its poller: it may wait for its peer there, and the leader is not behind.
     */
    boolean startsWithPoller() {
        Poller place = poller;
        return place != null
                && !place.isBusy()
                && (awaitsHandshake() || !context.firstWords().startsAtOnce());
    }

    /** The header of the PROXY protocol comes before anything else. */
    void awaitHeader() {
        if (tls != null) {
            tls.awaitHeader();
        }
    }

    /** Takes in what has come of the header; returns the bytes, or null if the peer has ended. */
    @Nullable
    ByteBuf receiveHeader() {
        return inbox.receive() < 0 ? null : in.unreadBytes();
    }

    /** What comes next is the handler's, or of the handshake. */
    final void headerIsHere() {
        if (tls != null) {
            tls.begin(in.unreadBytes());
        }
        in.trim();
    }

    // ---- for its input, output, and channel

    @Override
    public void beforeUse() {
        requireTurn();
        inbox.looks();
    }

    @Override
    public void beforeRead() {
        beforeUse();
        witness.reads(out.hasWritten());
    }

    @Override
    public void beforeWrite() {
        requireTurn();
        witness.writes(in.received());
    }

    @Override
    public void insideMessage(boolean now) {
        channel.insideMessage(now);
    }

    // ---- turns

    @Override
    protected Look look() {
        if (!transport.isOpen()) {
            return Look.END;
        }
        if (tls != null && tls.isAwaited()) {
            Look shaken = shakeHands(tls);
            if (shaken != Look.MESSAGE) {
                return shaken;
            }
        }
        boolean begins = turnBegins;
        boolean expired = begins && takeExpired(); // one that has not looked at what has come stays expired
        turnBegins = false;
        if (!handled && (poller == null || context.firstWords().startsAtOnce())) {
            return Look.MESSAGE; // whatever has come
        }
        if (begins || inbox.hasMoreDecrypted()) {
            receive();
        }
        if (!isNews() && (isDismissed() || context.drain().endsIdle(this))) {
            if (!begins) {
                receive(); // once more, since the peer's next message may have come meanwhile
            }
            if (!isNews()) {
                dismissHere();
                return Look.END;
            }
        }
        if (inbox.hasNews()) {
            return Look.MESSAGE;
        } else if (inbox.hasEnded()) {
            return inbox.isEndNews() ? Look.MESSAGE : Look.END;
        }
        return expired && clock.isUp() ? Look.END : Look.NOTHING;
    }

    private boolean isNews() {
        return inbox.hasNews() || inbox.hasEnded();
    }

    private void receive() {
        if (!inbox.hasNews() && inbox.receive() > 0) {
            noLongerFresh();
            clock.reset();
        }
    }

    /** Goes on with the handshake, as far as that goes without waiting if it can be parked. */
    private Look shakeHands(TlsChannel awaited) {
        boolean expired = takeExpired();
        turnBegins = true; // for what comes behind the handshake
        try {
            int came = receiveHandshake(awaited);
            if (came <= 0 && !awaited.isShaking() && mayEndUnheard(came, expired)) {
                return Look.END;
            } else if (came < 0 || (expired && awaited.isOverdue())) {
                throw awaited.brokenOff();
            } else if (came == 0 && !awaited.hasMore() && poller != null) {
                return Look.NOTHING;
            }
            boolean done = awaited.handshake(poller == null);
            applyTimeouts();
            inHandshake = !done;
            return done ? Look.MESSAGE : awaited.hasEnded() ? Look.END : Look.NOTHING;
        } catch (IOException e) {
            inHandshake = false;
            context.runner().handshakeFailed(this, e);
            return Look.END;
        }
    }

    private int receiveHandshake(TlsChannel awaited) throws IOException {
        channel.receiving(true);
        try {
            return awaited.receive();
        } finally {
            channel.receiving(false);
        }
    }

    /** Returns whether a peer that has not begun the handshake ends, or is ended, without a word. */
    private boolean mayEndUnheard(int came, boolean expired) {
        boolean ends = came < 0 || (expired && clock.isUp());
        return isDismissed()
                || (expired && clock.isCutShort())
                || context.drain().endsIdle(this)
                || (ends && context.firstWords().isPeerExpected());
    }

    @Override
    protected boolean isToBeSetUp() {
        return handler() == null
                && poller != null
                && !awaitsHandshake()
                && context.firstWords().speaker() == FirstWords.Speaker.GREETING;
    }

    @Override
    public void handling() {
        if (!handled) {
            handled = true;
            witness.handling(out.hasWritten(), in.received());
        }
        noLongerFresh();
        inbox.handling();
    }

    @Override
    protected void handled() throws IOException {
        if (inbox.handled()) {
            channel.insideMessage(false);
        }
        clock.reset();
        witness.handled();
    }

    @Override
    protected boolean isParkable() {
        return poller != null && (tls == null || !tls.hasEnded());
    }

    @Override
    protected boolean park() {
        channel.endTurn();
        in.trim();
        out.trim();
        if (tls != null) {
            tls.trim();
        }
        context.firstWords().leave();
        startClock();
        clock.arm();
        turnBegins = true;
        Poller place = Objects.requireNonNull(poller);
        Registration known = registration();
        long leading = known.turn;
        known.turn = Registration.NOT_LEADING;
        boolean toArm = !known.isKnown();
        Parking parking = tryPark(); // from here on it may be another thread's
        if (parking == Parking.CALLED) {
            known.turn = leading;
            return false;
        }
        if (toArm || parking == Parking.PARKED_UNARMED) {
            place.offer(known);
        }
        if (context.drain().endsIdle(this)) {
            dismiss();
        }
        if (!transport.isOpen()) {
            call(); // it was closed before it was parked, so no selector will report it
        }
        return true;
    }

    /** Starts the clock of a wait for the peer, unless it goes on with the last one. */
    private void startClock() {
        if (tls != null
                && tls.isAwaited()
                && (tls.isShaking() || !context.firstWords().isPeerExpected())) {
            clock.runUntil(WaitingChannel.deadline(tls.patience().toNanos()));
        } else {
            boolean inside = inbox.hasPart();
            clock.start(
                    inside ? readTimeout : context.config().idleTimeout(),
                    inside ? channel.messageDeadline() : WaitingChannel.NONE);
        }
    }

    @Override
    protected boolean isInHandshake() {
        return inHandshake;
    }

    /** Returns how long it has waited for its peer's next message; -1 if it does not. Thread-safe. */
    long idleNanos(long now) {
        return isWaiting() && !isInHandshake() ? now - clock.idleSince() : -1;
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

    @Override
    protected void awaitNext() {
        Thread.interrupted(); // it was meant for the handler, which has returned
        startClock();
        awaitInput();
    }

    /** Waits in this thread for the peer, for a call, or until the time is up. */
    private void awaitInput() {
        channel.takePlace(); // before anybody may see that it waits, and wake it
        turnBegins = true;
        if (!beginWait()) {
            return; // called
        }
        try {
            if (!context.drain().endsIdle(this) && !channel.awaitInput(clock.until())) {
                expireHere();
            }
        } catch (IOException e) {
            inbox.broke(e);
        } finally {
            endWait();
        }
    }

    @Override
    public boolean awaitMessage() throws IOException {
        out.send();
        clock.reset();
        startClock();
        boolean mayHaveCome = !channel.hasWaited() || inbox.hasMoreDecrypted();
        while (transport.isOpen()) {
            if (mayHaveCome) {
                receive();
                if (inbox.hasPart()) {
                    return true;
                }
            }
            if (inbox.hasEnded() || isDismissed() || (takeExpired() && clock.isUp())) {
                return false;
            }
            if (context.drain().endsIdle(this)) {
                dismissHere();
            } else {
                awaitInput();
            }
            mayHaveCome = true;
        }
        return false;
    }

    @Override
    protected void wake() {
        channel.wake();
    }

    @Override
    protected void schedule() {
        Objects.requireNonNull(poller).offer(registration());
    }
}
