package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a connection waits for when its handler does not run, and until when: its peer's next message, or, if it is
 * relayed, what comes from either side. {@link StreamRequest} adds its turns.
 *
 * <pre>
 *   SERVED ──relayTo()──▶ RELAYED   until the connection ends
 * </pre>
 */
abstract class WaitingStream extends TlsStream {
    private volatile @Nullable Relay relay; // set once, in a turn

    WaitingStream(Transport transport, StreamContext context) throws IOException {
        super(transport, context);
    }

    // ---- the relay

    /** Begins to relay; see {@link dev.socketserver.StreamConnection#relayTo}. */
    public final Relay relayTo(SocketChannel upstream) throws IOException {
        Relay begun = null;
        Objects.requireNonNull(upstream, "upstream");
        try {
            requireOwnTurn();
            requireOutput();
            if (!upstream.isOpen()) {
                throw new ClosedChannelException();
            } else if (!upstream.isConnected()) {
                throw new IllegalArgumentException("upstream is not connected: " + upstream);
            }
            finishHandshake();
            out.send();
            begun = new Relay(this, new Transport(upstream), poller == null ? null : registration());
        } finally {
            if (begun == null) {
                upstream.close();
            }
        }
        inbox.looks();
        inbox.endWait();
        relay = begun;
        kept(true);
        return begun;
    }

    /** Returns the relay of which the connection is one side; null if its handler serves it. Thread-safe. */
    final @Nullable Relay relay() {
        return relay;
    }

    /** Checks that the calling thread may read and write what passes. */
    final void requireOwnTurn() {
        requireTurn();
        if (relay != null) {
            throw new IllegalStateException(this + " is relayed: what passes is not its handler's");
        }
    }

    /** Relays what has come. */
    final Look pass(Relay known) {
        if (!isOpen()) {
            return Look.END;
        }
        boolean expired = takeExpired();
        try {
            boolean ended = known.pass();
            if (known.hasMoved()) {
                clock.reset();
            }
            if (ended) {
                endsBy(EndReason.PEER);
            } else if (expired && !known.hasMoved() && clock.isUp()) {
                endsBy(EndReason.IDLE_TIMEOUT);
            } else {
                return Look.NOTHING;
            }
            known.endsOrderly();
        } catch (IOException e) {
            fault(e);
            breakOff();
        }
        return Look.END;
    }

    /** Ends the relay since one of its sides has failed. */
    private void breakOff() {
        endsBy(EndReason.RESET);
        abort();
    }

    /** Returns whether what passes is cut off when it ends now. Thread-safe. */
    private boolean isRelayUnfinished() {
        Relay known = relay;
        return known != null && !known.isOrderly();
    }

    @Override
    public void abort() {
        if (isRelayUnfinished()) {
            transport.resetOnClose();
        }
        super.abort();
    }

    /** Returns whether the drain ends it now, since it is idle: a relay does not know whether it is. Of the turn. */
    final boolean endsForDrain() {
        return relay == null && context.drain().endsIdle(this);
    }

    @Override
    protected final boolean isEngaged() {
        return relay != null || isInHandshake();
    }

    @Override
    protected void release() {
        if (isRelayUnfinished()) {
            cutOff();
            transport.resetOnClose(); // or the peer takes what it has received for all
        }
        try {
            super.release();
        } finally {
            Relay known = relay;
            if (known != null) {
                known.close();
                if (poller != null) {
                    poller.wakeIfSelecting();
                }
            }
        }
    }

    // ---- its clock

    /** Starts the clock of a wait, unless it goes on with the last one. */
    final void startClock() {
        Relay known = relay;
        if (known != null && known.isBlocked()) {
            clock.reset(); // it is not idle: the time limit of a write is what counts
            clock.runUntil(Deadline.NONE);
        } else if (known != null) {
            clock.start(idleTimeout, Deadline.NONE);
        } else if (tls != null
                && tls.isAwaited()
                && (tls.isShaking() || !context.firstWords().isPeerExpected())) {
            clock.runUntil(Deadline.after(tls.patience().toNanos()));
        } else {
            boolean inside = inbox.hasPart();
            clock.start(inside ? readTimeout : idleTimeout, inside ? channel.messageDeadline() : Deadline.NONE);
        }
    }

    /** Lets the clock ring when the wait without a thread ends; returns what the wait is for. */
    final int armClock() {
        Relay relayed = relay;
        if (relayed != null) {
            clock.arm(Deadline.earlier(clock.until(), relayed.writeUntil()));
            return relayed.prepareToWait();
        }
        TlsChannel shaking = tls;
        if (shaking != null && shaking.isInQueue()) {
            clock.arm(clock.until());
            return 0; // it is called: what its peer sends meanwhile is left to the system
        }
        Calls known = knownCalls();
        if (known == null || !known.waits) {
            clock.arm(nextLook());
            return SelectionKey.OP_READ;
        } else if (known.ending || known.behind) {
            clock.arm(known.writeUntil);
            return SelectionKey.OP_WRITE;
        }
        clock.arm(Deadline.earlier(nextLook(), known.writeUntil));
        return SelectionKey.OP_READ | SelectionKey.OP_WRITE;
    }

    private long nextLook() {
        return inbox.isHeldBack() ? heldBackUntil() : clock.until(silence());
    }

    /** Waits until what it waits for may be there; returns false at the deadline. */
    final boolean awaitPeer(long deadline) throws IOException {
        Relay relayed = relay;
        if (relayed != null) {
            long until = Deadline.earlier(deadline, relayed.writeUntil());
            return relayed.await(channel, until) || !Deadline.isPast(deadline);
        }
        Calls known = knownCalls();
        if (known == null || !known.waits) {
            return channel.awaitInput(false, deadline);
        }
        return channel.awaitInput(true, Deadline.earlier(deadline, known.writeUntil)) || !Deadline.isPast(deadline);
    }

    /**
     * Has the poller arm a connection that was parked, and may be another thread's already.
     *
     * @param isUnarmed whether it must; for each of the two sides of a relay, it must in any case
     */
    final void arm(Registration known, boolean isUnarmed) {
        Relay relayed = relay;
        Poller place = Objects.requireNonNull(poller);
        if (relayed != null) {
            place.offer(Objects.requireNonNull(relayed.registration()));
        }
        if (relayed != null || isUnarmed) {
            place.offer(known);
        }
    }

    /** Returns after what silence the handler is to be told, in nanoseconds; 0 for none. */
    final long silence() {
        Duration span = context.config().idleAfter();
        return span.isZero() || !awaitsMessage() ? 0 : span.toNanos();
    }

    /** Returns whether, when the connection waits, it is for the first byte of a message to a handler that is there. */
    private boolean awaitsMessage() {
        Calls known = knownCalls();
        boolean isEnding = known != null && known.ending;
        return handler() != null && relay == null && !inbox.hasPart() && !awaitsHandshake() && !isEnding;
    }

    @Override
    protected final boolean takesIdleEvent() {
        return clock.takeSilence(silence());
    }
}
