package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.StreamConnection;
import dev.socketserver.internal.util.Log;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Passes on what the peer of a connection sends to another socket, upstream, and back. Each side is read only when the
 * other has taken everything, so a slow one holds a buffer and no worker. In each direction:
 *
 * <pre>
 *             it takes no more                it has ended
 *   ┌──────┐ ─────────────────▶ ┌─────────┐
 *   │ OPEN │                    │ BLOCKED │   OPEN ──────────▶ ENDED   the other one is told
 *   └──────┘ ◀───────────────── └─────────┘
 *              it has taken all
 * </pre>
 *
 * <p>If both directions have ended, so has the relay. Confined to the connection's turn, except for the counts, and
 * whether it ends orderly.
 */
final class Relay implements StreamConnection.Relay {
    private static final Log LOG = Log.of(Relay.class);

    /** How many buffers a direction may pass on in a row before other connections have their turn. */
    private static final int MOST_ROUNDS = 16;

    private static final int LARGEST_BUFFER = 64 * 1024;
    private static final int SMALLEST_BUFFER = 4 * 1024;

    /** How much memory the buffers of relays whose peers do not read may take before further ones are smaller. */
    private static final long AMPLE_MEMORY =
            Runtime.getRuntime().maxMemory() / 8; // as much as direct memory by default

    /** How many relays of the process hold a buffer that their peer has not taken. */
    private static final AtomicInteger HOLDING = new AtomicInteger();

    private final SendingStream stream;
    private final Transport upstream;
    private final @Nullable Registration registration;
    private final AtomicLong sent = new AtomicLong(); // bytes, to upstream
    private final AtomicLong received = new AtomicLong(); // bytes, from upstream
    private boolean moved; // something, when last tried
    private boolean holding; // a buffer for the peer: counted in HOLDING
    private boolean blocked; // upstream has not taken all that the peer has sent
    private long upstreamUntil = Deadline.NONE; // when upstream has to have taken more, on the nanoTime clock
    private boolean peerEnded; // and upstream was told
    private boolean upstreamEnded;
    private boolean peerTold; // that upstream has ended
    private volatile boolean orderly; // written in the turn: its end is

    /**
     * Creates a relay.
     *
     * @param own the poller's entry for the connection, if it can wait without a thread
     */
    Relay(SendingStream stream, Transport upstream, @Nullable Registration own) {
        this.stream = stream;
        this.upstream = upstream;
        registration = own == null ? null : own.with(upstream);
    }

    /**
     * Passes on what has come, as far as the other side takes it.
     *
     * @return whether the relay has ended
     * @throws IOException if a side fails, or has taken nothing for too long
     */
    boolean pass() throws IOException {
        if (stream.inbox.isBroken()) {
            throw new IOException("the peer has broken the connection");
        }
        moved = false;
        boolean goesOn = true;
        for (int round = 1; goesOn; round++) {
            boolean up = passToUpstream();
            boolean down = passToPeer();
            goesOn = ((up || down) && round < MOST_ROUNDS) || isMoreDecrypted();
        }
        holds(stream.calls().waits);
        return peerEnded && peerTold;
    }

    /** Returns whether more of what the peer has sent can be passed on, of which no selector knows. */
    private boolean isMoreDecrypted() {
        return !blocked && !peerEnded && (stream.inbox.hasMoreDecrypted() || stream.inbox.hasEnded());
    }

    /** Passes on a buffer of what the peer has sent, or its end; returns whether there is likely to be more. */
    private boolean passToUpstream() throws IOException {
        if (peerEnded) {
            return false;
        }
        if (stream.in.unread() == 0) {
            stream.inbox.receive();
        }
        ByteBuf bytes = stream.in.unreadBytes();
        if (bytes.isReadable()) {
            boolean wasFull = !bytes.isWritable();
            send(bytes);
            return wasFull && !blocked;
        } else if (stream.inbox.isBroken()) {
            throw new IOException("the peer has broken the connection");
        }
        peerEnded = stream.inbox.hasEnded();
        if (peerEnded) {
            moved = true;
            upstream.shutdownOutput();
        }
        return false;
    }

    private void send(ByteBuf bytes) throws IOException {
        int count = upstream.write(bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes()));
        bytes.skipBytes(count);
        sent.addAndGet(count);
        blocked = bytes.isReadable();
        moved = moved || count > 0;
        if (!blocked) {
            upstreamUntil = Deadline.NONE;
        } else if (count > 0 || upstreamUntil == Deadline.NONE) {
            upstreamUntil = stream.channel.writeDeadline();
        } else if (Deadline.isPast(upstreamUntil)) {
            stream.endsBy(EndReason.WRITE_TIMEOUT);
            throw new SocketTimeoutException("upstream accepted no data for " + stream.writeTimeout);
        }
    }

    /** Passes on a buffer of what upstream has sent, or its end; returns whether there is likely to be more. */
    private boolean passToPeer() throws IOException {
        Calls calls = stream.calls();
        if (peerTold || !stream.send(calls)) {
            return false;
        }
        if (!upstreamEnded) {
            int size = bufferSize(HOLDING.get(), AMPLE_MEMORY);
            int count = receive(calls.outbound(), size);
            if (count >= 0) {
                moved = moved || count > 0;
                return stream.send(calls) && count == size;
            }
            upstreamEnded = true;
            moved = true;
        }
        peerTold = stream.sendEnd(calls);
        return false;
    }

    /**
     * Returns the size of the next buffer: with it, a thousand peers that do not read leave enough memory for others.
     *
     * @param holding how many relays hold a buffer
     * @param ample how much memory large ones may take, in bytes
     */
    static int bufferSize(int holding, long ample) {
        long share = ample / (holding + 1);
        return (int) Math.max(SMALLEST_BUFFER, Math.min(LARGEST_BUFFER, share));
    }

    private void holds(boolean now) {
        if (holding != now) {
            holding = now;
            HOLDING.addAndGet(now ? 1 : -1);
        }
    }

    /** Queues what upstream has sent; returns the number of bytes, -1 at the end. */
    private int receive(Outbound queue, int size) throws IOException {
        ByteBuf chunk = ByteBufAllocator.DEFAULT.directBuffer(size);
        try {
            int count = upstream.read(chunk.internalNioBuffer(0, size));
            if (count > 0) {
                queue.addFirst(chunk.writerIndex(count));
                received.addAndGet(count);
            }
            return count;
        } finally {
            chunk.release();
        }
    }

    /** Returns whether something was passed on when that was last tried. */
    boolean hasMoved() {
        return moved;
    }

    /** Returns whether a side has not taken all that the other one has sent. */
    boolean isBlocked() {
        return blocked || stream.calls().waits;
    }

    /** Returns when a side that is blocked has to have taken more, on the nanoTime clock, or none. */
    long writeUntil() {
        return Deadline.earlier(upstreamUntil, stream.calls().writeUntil);
    }

    // ---- its waits

    /**
     * Prepares for a wait without a thread; returns what is waited for on the peer's side, as a selection key has it.
     */
    int prepareToWait() {
        if (registration != null) {
            registration.wants(upstreamInterest());
        }
        return peerInterest();
    }

    private int peerInterest() {
        return interest(!peerEnded && !blocked, stream.calls().waits);
    }

    private int upstreamInterest() {
        return interest(!upstreamEnded && !stream.calls().waits, blocked);
    }

    private static int interest(boolean reads, boolean writes) {
        return (reads ? SelectionKey.OP_READ : 0) | (writes ? SelectionKey.OP_WRITE : 0);
    }

    /** Waits in this thread for either side, a call, or the deadline, at which this returns false. */
    boolean await(WaitingChannel peer, long deadline) throws IOException {
        return peer.awaitEither(peerInterest(), upstream, upstreamInterest(), deadline);
    }

    /** Returns the poller's entry for upstream, if the connection can wait without a thread. Thread-safe. */
    @Nullable
    Registration registration() {
        return registration;
    }

    // ---- its end

    /** Its end is an orderly one, as nothing that either side has sent is cut off. */
    void endsOrderly() {
        orderly = true;
    }

    /** Returns whether it has ended so. Thread-safe. */
    boolean isOrderly() {
        return orderly;
    }

    /** Closes upstream, which sees a reset unless the end is an orderly one. */
    void close() {
        holds(false);
        try {
            if (!isOrderly()) {
                upstream.resetOnClose();
            }
            upstream.close();
        } catch (IOException e) {
            LOG.debug("closing upstream of {} failed: {}", stream, e);
        }
    }

    @Override
    public long bytesSent() {
        return sent.get();
    }

    @Override
    public long bytesReceived() {
        return received.get();
    }
}
