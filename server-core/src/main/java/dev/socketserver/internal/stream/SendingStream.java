package dev.socketserver.internal.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A connection with what is sent to its peer: what the handler wrote, and the messages of others, each kind behind what
 * was there before it. {@link TlsStream} adds the handshake.
 */
abstract class SendingStream extends OpenStream {
    SendingStream(Transport transport, StreamContext context) throws IOException {
        super(transport, context);
    }

    /** Sends what was queued, behind what the handler wrote, and waits until the peer has taken it. */
    final void sendQueued() throws IOException {
        Calls known = knownCalls();
        try {
            while (known != null && isCallable() && !send(known)) {
                awaitWritable(known);
            }
        } finally {
            channel.endSlowWait();
        }
    }

    private void awaitWritable(Calls known) throws IOException {
        try {
            channel.awaitWritable(known.writeUntil);
        } catch (IOException e) {
            throw fault(e);
        }
    }

    /**
     * Sends what was queued, behind what the handler wrote, as far as the peer takes it; returns whether it has all.
     */
    final boolean send(Calls known) throws IOException {
        if (!known.hasUnsent()) {
            return true;
        }
        if (!known.behind) {
            out.send();
        }
        int before = unsent();
        channel.sending(true);
        long count;
        try {
            if (known.behind && out.send() && isSealedSent()) {
                known.behind = false;
                takeExpired(); // what has expired was another wait
                clock.reset();
            }
            count = sendMessages(known);
            known.waits = known.behind || known.outbound().isBlocked() || !isSealedSent();
        } catch (IOException e) {
            throw fault(e);
        } finally {
            channel.sending(false);
        }
        if (!known.waits) {
            known.writeUntil = Deadline.NONE;
            return true;
        }
        boolean progress = count > 0 || unsent() < before;
        if (progress || known.writeUntil == Deadline.NONE) {
            known.writeUntil = channel.writeDeadline();
        } else if (Deadline.isPast(known.writeUntil)) {
            throw fault(channel.closeOverdue());
        }
        return false;
    }

    private long sendMessages(Calls known) throws IOException {
        if (known.behind) {
            known.outbound().block();
            return 0;
        }
        return known.outbound().send(tls == null ? channel : tls);
    }

    /** Returns how many bytes wait for the peer that are not messages any more, or never were. */
    private int unsent() {
        return out.unsent() + (tls == null ? 0 : tls.unsent());
    }

    private boolean isSealedSent() throws IOException {
        return tls == null || tls.isSent();
    }

    /** Sends what the handler wrote as far as the peer takes it, which is behind if that is not all. */
    @Override
    protected boolean sendAhead() throws IOException {
        if (!isParkable()) {
            flush();
        }
        if (out.unsent() == 0 || !transport.isOpen()) {
            return true;
        }
        channel.sending(true);
        boolean done;
        try {
            done = out.send() && isSealedSent();
        } catch (IOException e) {
            throw fault(e);
        } finally {
            channel.sending(false);
        }
        if (!done) {
            Calls known = calls();
            known.behind = true;
            known.waits = true;
            send(known);
        }
        return done;
    }

    @Override
    protected void makeRoom() throws IOException {
        if (isParkable() && out.isHalfFull()) {
            sendAhead();
        }
    }

    /** Sends the end of the stream, behind what was queued, as far as the peer takes it; returns whether it has all. */
    final boolean sendEnd(Calls known) throws IOException {
        known.outbound().end();
        if (!send(known)) {
            return false;
        }
        if (tls != null) {
            closeTlsOutput(known);
            if (!send(known)) {
                return false;
            }
        }
        try {
            transport.shutdownOutput();
        } catch (IOException e) {
            throw fault(e);
        }
        return true;
    }

    private void closeTlsOutput(Calls known) throws IOException {
        channel.sending(true);
        try {
            Objects.requireNonNull(tls).closeOutput();
            known.waits = !isSealedSent();
        } catch (IOException e) {
            throw fault(e);
        } finally {
            channel.sending(false);
        }
    }

    @Override
    public void beforeCollect() throws IOException {
        Calls known = knownCalls();
        if (known != null) {
            sendBegun(known);
        }
    }

    private void sendBegun(Calls known) throws IOException {
        try {
            ByteBuffer rest = known.outbound().begun();
            while (rest != null) {
                known.outbound().sentOfBegun(tls == null ? channel.write(rest) : tls.write(rest));
                rest = known.outbound().begun();
            }
        } catch (IOException e) {
            throw fault(e);
        }
    }
}
