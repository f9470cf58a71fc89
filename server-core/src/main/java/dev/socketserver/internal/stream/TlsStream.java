package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.net.Tls;
import java.io.IOException;
import java.util.Objects;

/**
 * The handshake of a connection, with which it begins or which its handler starts; {@link WaitingStream} adds its
 * waits. Whoever reads or writes meanwhile waits for its end; a connection that is kept open waits as it does for a
 * message.
 */
abstract class TlsStream extends SendingStream {
    private volatile boolean inHandshake; // written in a turn: it has begun, and has neither ended nor failed

    TlsStream(Transport transport, StreamContext context) throws IOException {
        super(transport, context);
    }

    /** Begins TLS on a connection in clear text; see {@link dev.socketserver.StreamConnection#startTls}. */
    public final void startTls(Tls rules) throws IOException {
        beforeUse();
        if (tls != null) {
            throw new IllegalStateException(this + " has TLS already");
        }
        requireOutput();
        if (in.unread() > 0) {
            throw fault(Faults.clearTextBehindStartTls(in.unread()));
        }
        var started = new TlsChannel(channel, rules, this);
        started.start();
        super.beforeCollect(); // the rest of a message that was sent in part
        out.send();
        secure(started);
        inHandshake = true;
    }

    /** Returns whether the peer is in the middle of a handshake. Thread-safe. */
    final boolean isInHandshake() {
        return inHandshake;
    }

    /** Goes on with a handshake that is not done, as far as that goes without waiting if it can be parked. */
    final Look shakeHands() {
        TlsChannel awaited = Objects.requireNonNull(tls);
        boolean expired = takeExpired();
        if (inbox.isBroken()) {
            return Look.END; // it has failed, in a handler's read
        }
        try {
            int came = receiveHandshake(awaited);
            if (came <= 0 && !awaited.isShaking() && mayEndUnheard(came, expired)) {
                return Look.END;
            } else if ((came < 0 && !awaited.hasToCompute()) || (expired && awaited.isOverdue())) {
                throw awaited.brokenOff();
            } else if (came == 0 && !awaited.isInQueue() && !awaited.hasMore() && poller != null) {
                return Look.NOTHING;
            }
            discardTimes();
            boolean done = awaited.handshake(poller == null);
            applyTimeouts();
            inHandshake = !done;
            return done ? Look.MESSAGE : awaited.hasEnded() ? Look.END : Look.NOTHING;
        } catch (IOException e) {
            handshakeFailed(e);
            return Look.END;
        }
    }

    /**
     * Takes in what has come; the number of bytes, 0 for none, -1 if the peer has ended. Behind something, it looks
     * once more: nothing is computed for a peer that has sent its part and is gone, by a reset.
     */
    private int receiveHandshake(TlsChannel awaited) throws IOException {
        channel.receiving(true);
        try {
            int count = awaited.receive();
            return count > 0 ? count + Math.max(0, awaited.receive()) : count;
        } finally {
            channel.receiving(false);
        }
    }

    /** Returns whether a peer that has not begun the handshake ends, or is ended, without a word. */
    private boolean mayEndUnheard(int came, boolean expired) {
        boolean ends = came < 0 || (expired && clock.isUp());
        return mayEnd()
                || (expired && clock.isCutShort())
                || (ends && context.firstWords().isPeerExpected());
    }

    private void handshakeFailed(IOException why) {
        inHandshake = false;
        endsBy(EndReason.RESET);
        context.runner().reports().handshakeFailed(this, why);
    }

    /** Waits in this thread for the end of the handshake, if one goes on. */
    final void finishHandshake() throws IOException {
        if (!inHandshake) {
            return;
        }
        discardTimes();
        try {
            Objects.requireNonNull(tls).handshake(true);
            inHandshake = false;
        } catch (IOException e) {
            handshakeFailed(e);
            inbox.broke(e); // in case that the handler goes on
            throw fault(e);
        } finally {
            applyTimeouts();
        }
    }

    /** Waits in this thread for the end of a handshake; returns false if it failed, as is reported then. */
    final boolean hasShakenHands() {
        try {
            finishHandshake();
            return true;
        } catch (IOException e) {
            return false; // like any end between two messages
        }
    }

    @Override
    public void beforeCollect() throws IOException {
        finishHandshake();
        super.beforeCollect();
    }
}
