package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.internal.buffer.Inside;
import dev.socketserver.internal.buffer.Reading;
import dev.socketserver.internal.run.OpenRequest;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The turns of a connection: what it has for its handler, and where it waits. {@link Connection} adds what handlers
 * see. See {@link OpenRequest} for its life.
 */
abstract class StreamRequest extends WaitingStream {
    private FirstWords.Witness witness; // of the turn
    private boolean turnBegins = true; // of the turn: nothing was received in it yet
    private boolean unheard; // of the turn: the handler was called before the first byte, and has not read

    StreamRequest(Transport transport, StreamContext context) throws IOException {
        super(transport, context);
        witness = context.firstWords().witness();
    }

    // ---- on its way in

    /**
     * Returns whether its first turn is with its poller: it may wait for its peer there, and the leader needs no help.
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
        requireOwnTurn();
        inbox.looks();
    }

    @Override
    public void beforeRead() {
        beforeRead(Reading.ANYTHING, null, 0);
    }

    @Override
    public void beforeRead(Reading reading, @Nullable Object mark, int bytes) {
        requireOwnTurn();
        inbox.reads(reading, mark, bytes);
        witness.reads(out.hasWritten(), in);
    }

    @Override
    public void beforeWrite() {
        requireOwnTurn();
        inbox.writes();
        witness.writes(in, isOver());
    }

    /** Returns whether a read has met the end, or waited for as long as the server, not the handler, allows. */
    private boolean isOver() {
        return in.hasEnded()
                || (channel.hasExpired() && readTimeout.equals(context.config().readTimeout()));
    }

    @Override
    public void inside(Inside what) {
        channel.inside(what);
    }

    // ---- turns

    @Override
    protected Look look() {
        Relay relayed = relay();
        if (relayed != null) {
            return pass(relayed);
        }
        Calls known = knownCalls();
        if (known != null && known.behind && transport.isOpen()) {
            return Look.NOTHING; // until the peer has taken what it was sent, it is not asked for more
        }
        Look seen = known != null && known.ending ? Look.END : lookForInput();
        if (seen == Look.END) {
            endsBy(whyIdleEnds());
        } else {
            goesOn();
        }
        if (seen == Look.END && known != null && known.hasUnsent() && isCallable() && isParkable()) {
            known.ending = true; // once they are sent, or the peer has taken nothing for too long
            return Look.NOTHING;
        }
        return seen;
    }

    @Override
    public void endsBy(EndReason reason) {
        super.endsBy(reason == EndReason.HANDLER && in.hasEnded() ? EndReason.PEER : reason);
    }

    private Look lookForInput() {
        if (!transport.isOpen()) {
            return Look.END;
        }
        Look shaken = awaitsHandshake() ? goOnShakingHands() : Look.MESSAGE;
        if (shaken != Look.MESSAGE) {
            return shaken;
        }
        boolean begins = turnBegins;
        if (begins) {
            takeExpired(); // the clock says that, too, unless something comes now
        }
        turnBegins = false;
        if (!handled && isHandledUnseen()) {
            return Look.MESSAGE; // whatever has come
        }
        if (begins || (!inbox.hasNews() && inbox.hasMoreDecrypted())) {
            receive(); // news first: behind a close_notify that is decrypted now, it could not be answered
        }
        if (!isNews() && mayEnd()) {
            receive(); // once more: the peer's next message may have come since, and before the drain began
            if (!isNews() && mayEnd()) {
                dismissHere();
                return Look.END;
            }
        }
        if (inbox.hasNews()) {
            return Look.MESSAGE;
        } else if (inbox.hasEnded()) {
            return inbox.isEndNews() ? Look.MESSAGE : Look.END;
        }
        boolean isOver = begins && clock.isRunning() && clock.isUp(); // also if calls keep it from a wait
        return isOver ? timeIsUp() : Look.NOTHING;
    }

    /** Goes on with the handshake as far as the peer has sent it; returns {@code MESSAGE} when it is over. */
    private Look goOnShakingHands() {
        turnBegins = true; // for what comes behind the handshake
        Look shaken = shakeHands();
        if (shaken == Look.MESSAGE) {
            clock.reset(); // the peer was not silent
            if (knownCalls() != null) {
                call(); // what others wanted during the handshake is done before it waits
            }
        }
        return shaken;
    }

    /** Returns whether the handler is called first without a look at what has come. */
    private boolean isHandledUnseen() {
        return context.firstWords().startsAtOnce()
                || (poller == null && context.config().framing() == null);
    }

    private boolean isNews() {
        return (inbox.hasNews() && !isServedEnough()) || inbox.hasEnded();
    }

    private void receive() {
        while (!inbox.hasNews() && inbox.receive() > 0) {
            noLongerFresh();
            clock.reset();
            if (inbox.hasNews() || !inbox.hasMoreDecrypted()) {
                return; // in this order: a close_notify that is decrypted now would keep the answer from being sent
            }
        }
    }

    @Override
    protected boolean isToBeSetUp() {
        return handler() == null
                && !awaitsHandshake()
                && context.firstWords().speaker() == FirstWords.Speaker.GREETING
                && !isHandledUnseen();
    }

    @Override
    public void handling() {
        if (!handled) {
            handled = true;
            unheard = in.unread() == 0;
            witness.handling(out.hasWritten(), in);
        }
        noLongerFresh();
        inbox.handling();
    }

    @Override
    protected void handled() throws IOException {
        goesOn();
        if (relay() == null && inbox.handled()) {
            channel.inside(Inside.NOTHING);
        }
        clock.reset();
        witness = witness.handled(in);
    }

    @Override
    public void beforeFill() throws IOException {
        finishHandshake();
        if (!unheard) {
            return;
        }
        unheard = false;
        out.send();
        receiveFirst();
        long deadline = channel.newReadDeadline();
        boolean inTime = true;
        while (in.unread() == 0 && !in.hasEnded() && inTime && transport.isOpen()) {
            runCalls();
            out.send();
            channel.takePlace();
            if (beginFirstRead()) {
                try {
                    inTime = awaitPeer(deadline);
                } catch (IOException e) {
                    throw fault(e);
                } finally {
                    endWait();
                }
            } else {
                inTime = !Deadline.isPast(deadline);
            }
            receiveFirst(); // also if it was called or woken: by a call that was answered already, perhaps
        }
        if (!inTime) {
            channel.expireInput();
        }
    }

    /** Takes in what has come before the handler reads for the first time. */
    private void receiveFirst() throws IOException {
        channel.receiving(true);
        try {
            in.receive();
        } finally {
            channel.receiving(false);
        }
    }

    @Override
    protected boolean isParkable() {
        return poller != null && (relay() != null || tls == null || !tls.hasEnded());
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
        int awaited = armClock();
        turnBegins = true;
        Registration known = registration();
        long leading = known.turn;
        known.turn = Registration.NOT_LEADING;
        if (known.wants(awaited)) {
            unarmed();
        }
        Parking parking = tryPark(); // from here on it may be another thread's
        if (parking == Parking.CALLED) {
            known.turn = leading;
            return false;
        }
        parked(known, parking);
        return true;
    }

    /** Does what has to be done for a connection that was parked, and may be another thread's already. */
    private void parked(Registration known, Parking how) {
        arm(known, how == Parking.PARKED_UNARMED);
        if (context.drain().endsIdle(this)) {
            dismiss();
        }
        if (!transport.isOpen()) {
            call(); // it was closed before it was parked, so no selector will report it
        }
    }

    @Override
    public boolean sendsAndParks() {
        Calls known = knownCalls();
        if (known == null || !isCalledToSend(known)) {
            return false;
        }
        try {
            if (!send(known)) {
                return false;
            }
        } catch (IOException e) {
            return false; // known as a fault, and what is unsent fails again
        }
        if (tls != null) {
            tls.trim();
        }
        Parking parking = tryPark();
        if (parking == Parking.CALLED) {
            return false;
        }
        parked(registration(), parking);
        return true;
    }

    /**
     * Returns whether the turn is for messages alone: the connection was parked, it would be parked again as it was,
     * and no readiness was missed, for what has come is not looked at.
     */
    private boolean isCalledToSend(Calls known) {
        return known.outbound().isUnsent()
                && !known.waits
                && !known.ending
                && !known.hasTasks()
                && clock.isRunning()
                && !isUnarmed()
                && !hasExpired()
                && relay() == null
                && isCallable()
                && isParkable()
                && !inbox.isHeldBack()
                && !mayEnd();
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
            if (!endsForDrain() && !awaitPeer(clock.until(silence()))) {
                expireHere();
            }
        } catch (IOException e) {
            endsBy(EndReason.SERVER); // it was interrupted, or closed
            inbox.broke(e);
        } finally {
            endWait();
        }
    }

    @Override
    public boolean awaitMessage(long seen) throws IOException {
        unheard = false;
        goesOn();
        runCalls();
        inbox.awaits(seen);
        if (takesMessage()) {
            return true;
        }
        clock.reset();
        out.send(); // before a look at what is encrypted still: behind a close_notify nothing can be sent
        boolean mayHaveCome = !channel.hasWaited() || inbox.hasMoreDecrypted();
        while (transport.isOpen()) {
            runCalls();
            if (isInHandshake()) {
                if (!hasShakenHands()) {
                    return false;
                }
                clock.reset();
                mayHaveCome = true;
                continue; // with what waited for the end of the handshake
            }
            startClock(); // after a task, which may have changed how long it lasts
            out.send();
            if (mayHaveCome) {
                receive();
            }
            if (takesMessage() || inbox.hasLastPart()) {
                return true;
            }
            boolean ends = isDismissed() || (mayHaveCome && (clock.isUp() || endsForAge()));
            if (inbox.hasEnded() || ends) {
                endsBy(whyIdleEnds());
                sendQueued();
                return false;
            }
            awaitNews();
            mayHaveCome = true;
        }
        return false;
    }

    /** Does what is due while a message is awaited, or waits for the peer or a call. */
    private void awaitNews() throws IOException {
        if (context.drain().endsIdle(this)) {
            dismissHere();
        } else if (takesIdleEvent()) {
            context.runner().idle(this);
        } else if (!endsForAge()) {
            startClock(); // which goes on, unless a part has come
            awaitInput();
        }
    }

    @Override
    protected void wake() {
        channel.wake();
    }

    @Override
    protected void schedule() {
        Objects.requireNonNull(poller).offer(registration());
    }

    // ---- what other threads want of it

    @Override
    protected boolean hasTasks() {
        Calls known = knownCalls();
        return known != null && isCallable() && known.hasTasks();
    }

    @Override
    protected void runCalls() throws IOException {
        Calls known = knownCalls();
        if (known != null && isCallable()) {
            sendUnlessRelayed(known);
            if (known.hasTasks()) {
                abstain(known);
                known.run();
                sendUnlessRelayed(known);
            }
        }
    }

    private void sendUnlessRelayed(Calls known) throws IOException {
        if (relay() == null) { // which sends it between what passes
            send(known);
        }
    }

    @Override
    public void endCalls() throws IOException {
        Calls known = knownCalls();
        if (known != null && handler() != null && transport.isOpen() && (known.hasTasks() || known.hasUnsent())) {
            finishHandshake();
        }
        refuseTasks();
        known = knownCalls();
        if (known != null && handler() != null && isCallable()) {
            abstain(known);
            known.run();
        }
        sendQueued();
    }

    @Override
    protected void refuseCalls() throws IOException {
        Calls known = lastCalls();
        if (known != Calls.REFUSED) {
            known.outbound().end();
            endCalls();
        }
    }

    private void abstain(Calls known) {
        if (!handled && known.hasTasks()) {
            witness.abstain();
        }
    }
}
