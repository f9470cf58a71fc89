package dev.socketserver.internal.stream;

import dev.socketserver.net.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The encryption between a connection's {@code in()} and {@code out()} and its {@link WaitingChannel}, which keeps the
 * deadlines and the selector.
 *
 * <pre>
 *   CLEAR ──begin()──▶ AWAITED ──handshake(), start()──▶ SHAKING ──handshake()──▶ SECURE
 *     a header comes first                                 │   ▲
 *                                                          └───┘ receive()
 * </pre>
 *
 * <p>A handshake that is SHAKING without a thread may have to wait in the {@link HandshakeQueue} to be computed.
 *
 * <p>Only a SECURE channel takes bytes to send, so that none ever leaves unencrypted; the only bytes that come in
 * without encryption are those of the header. Confined to the thread that serves the connection.
 */
final class TlsChannel implements ReadableByteChannel, GatheringByteChannel {
    /** What a channel needs of its connection. */
    interface Owner {
        /** Runs what takes time to compute, in the calling thread. */
        void compute(Runnable work);

        /** Returns the connection's place in the queue of handshakes. */
        HandshakeQueue.Place placeForHandshake(Tls rules);

        /** Has the system acknowledge at once what was read, which nothing follows that would carry that. */
        void acknowledge();
    }

    private static final String TLS_1_3 = "TLSv1.3";

    /** Most first steps of a handshake are shorter than this, in bytes. */
    private static final int FIRST_STEP = 2048;

    private final WaitingChannel transport;
    private final Tls rules;
    private final Owner owner;
    private boolean clear;
    private boolean secure;
    private ByteBuf first = Unpooled.EMPTY_BUFFER; // the handshake's first bytes, until it begins
    private long deadline; // of the handshake, on the nanoTime clock; if the clock runs
    private boolean clockRuns;
    private HandshakeQueue.@Nullable Place place; // while SHAKING
    private @Nullable SSLEngine engine; // from when it is first computed on, as input and output
    private @Nullable TlsInput input;
    private @Nullable TlsOutput output;

    /** Creates a channel that has not shaken hands. */
    TlsChannel(WaitingChannel transport, Tls rules, Owner owner) {
        this.transport = transport;
        this.rules = rules;
        this.owner = owner;
    }

    /** From here to {@link #begin} the bytes of a header come. */
    void awaitHeader() {
        clear = true;
    }

    /** The header is over; these bytes came together with it, and are of the handshake. */
    void begin(ByteBuf behindHeader) {
        clear = false;
        first = ByteBufAllocator.DEFAULT
                .heapBuffer(Math.max(FIRST_STEP, behindHeader.readableBytes()))
                .writeBytes(behindHeader);
    }

    /** Tells whether the handshake is not done: not begun yet, or in the middle. */
    boolean isAwaited() {
        return !clear && !secure;
    }

    /** Tells whether the handshake has begun and is not done. */
    boolean isShaking() {
        return place != null;
    }

    /** Returns whether the handshake has to be computed, and waits for that, or may go on now. */
    boolean isInQueue() {
        return place != null && place.isTaken();
    }

    /**
     * Returns whether what has come of the handshake, behind its first step, has yet to be computed: it may be all that
     * the peer has to say.
     */
    boolean hasToCompute() {
        return engine != null && isInQueue();
    }

    /** How long the handshake may still take, more than nothing; the clock starts when this is asked first. */
    Duration patience() {
        return Duration.ofNanos(Math.max(1, left()));
    }

    /** Returns whether the handshake has taken too long. */
    boolean isOverdue() {
        return left() <= 0;
    }

    private long left() {
        if (!clockRuns) {
            clockRuns = true;
            deadline = System.nanoTime() + rules.handshakeTimeout().toNanos();
        }
        return deadline - System.nanoTime();
    }

    /** Takes in what has come for the handshake: the number of bytes, 0 for none, -1 if the peer has ended. */
    int receive() throws IOException {
        if (input != null) {
            return input.receiveNow();
        }
        if (first.capacity() == 0) {
            first = ByteBufAllocator.DEFAULT.heapBuffer(FIRST_STEP);
        }
        int count = transport.read(first.internalNioBuffer(first.writerIndex(), first.writableBytes()));
        first.writerIndex(first.writerIndex() + Math.max(0, count));
        return count;
    }

    /**
     * Begins to shake hands with the peer, or goes on, in as long as the rules allow for all of it. The time limits of
     * the transport are used up then.
     *
     * @param waits for what the peer has to say; else this ends when nothing of that is here, or when it must wait to
     *     be computed
     * @return true if it is done
     * @throws SocketTimeoutException if it takes longer
     * @throws SSLException if one of the two refuses the other
     */
    boolean handshake(boolean waits) throws IOException {
        if (place == null) {
            place = owner.placeForHandshake(rules);
        }
        if (waits) {
            place.leave(); // it has a thread of its own
        } else if (engine == null && !place.mayCompute()) {
            return false;
        }
        try {
            secure = goOn(waits);
        } finally {
            place.pause();
        }
        if (secure) {
            place = null;
        }
        return secure;
    }

    private boolean goOn(boolean waits) throws IOException {
        if (engine == null) {
            createEngine();
        }
        SSLEngine current = Objects.requireNonNull(engine);
        TlsOutput outgoing = Objects.requireNonNull(output);
        TlsInput incoming = Objects.requireNonNull(input);
        boolean goesOn = true;
        boolean peerWasLast = false;
        HandshakeStatus next = current.getHandshakeStatus();
        // What nothing answers is acknowledged, or Nagle's algorithm holds back for 40 ms what the peer sends next.
        while (goesOn && next != HandshakeStatus.NOT_HANDSHAKING) {
            limit();
            switch (next) {
                case NEED_TASK -> goesOn = compute(current, waits);
                case NEED_WRAP -> peerWasLast &= !outgoing.answer();
                default -> {
                    if (peerWasLast && waits) {
                        owner.acknowledge();
                    }
                    goesOn = incoming.shakeHands(waits);
                    peerWasLast |= goesOn;
                }
            }
            next = current.getHandshakeStatus();
        }
        if (peerWasLast) {
            owner.acknowledge();
        }
        return goesOn;
    }

    /** Runs the engine's tasks; returns false if they have to wait for others'. A thread that may wait does not. */
    private boolean compute(SSLEngine current, boolean waits) {
        if (!waits && !Objects.requireNonNull(place).mayCompute()) {
            return false;
        }
        owner.compute(() -> runTasks(current));
        return true;
    }

    /**
     * Begins the handshake, of which nothing has come: its first step is the peer's.
     *
     * @throws SSLException if the engine cannot be used
     */
    void start() throws SSLException {
        place = owner.placeForHandshake(rules);
        createEngine();
    }

    private void createEngine() throws SSLException {
        SSLEngine made = Objects.requireNonNull(rules.engines().get(), "the engines' supplier returned null");
        made.setUseClientMode(false);
        engine = made;
        TlsOutput outgoing = new TlsOutput(transport, made);
        output = outgoing;
        input = new TlsInput(transport, made, first, outgoing);
        first = Unpooled.EMPTY_BUFFER;
        made.beginHandshake();
    }

    private void limit() throws SocketTimeoutException {
        long left = left();
        if (left <= 0) {
            throw tookTooLong();
        }
        transport.readTimeout(Duration.ofNanos(left));
        transport.writeTimeout(Duration.ofNanos(left));
    }

    private SocketTimeoutException tookTooLong() {
        return new SocketTimeoutException("the TLS handshake took longer than " + rules.handshakeTimeout());
    }

    /** Tells why there is no handshake with a peer that has ended, or was made to, since it took too long. */
    IOException brokenOff() {
        return left() <= 0
                ? tookTooLong()
                : new SSLException("the peer closed the connection during the TLS handshake");
    }

    private void leaveQueue() {
        HandshakeQueue.Place left = place;
        if (left != null) {
            left.leave();
        }
    }

    private void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        if (!rules.sessionTickets()) {
            withholdTickets(engine.getHandshakeSession());
        }
    }

    /**
     * Keeps the engine from sending tickets when the handshake is done: a session that is invalid cannot be resumed. A
     * session timeout of more than seven days would do so, too, for all connections of the context, but a TLS 1.2
     * client has been promised its ticket by then, and breaks off if none comes.
     */
    private static void withholdTickets(@Nullable SSLSession session) {
        if (session != null && TLS_1_3.equals(session.getProtocol())) {
            session.invalidate();
        }
    }

    /** Returns the engine of a SECURE channel. */
    @Nullable
    SSLEngine engine() {
        return secure ? engine : null;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return clear ? transport.read(target) : secured(input).read(target);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source});
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return secured(output).write(sources, offset, length);
    }

    private <T> T secured(@Nullable T half) throws SSLException {
        if (half == null || !secure) {
            throw new SSLException("the TLS handshake is not complete");
        }
        return half;
    }

    /** Tells whether bytes that came have not been read, of the handshake or decrypted. */
    boolean hasMore() throws IOException {
        return input == null ? first.isReadable() : input.hasMore();
    }

    /** Tells whether nothing more can come. */
    boolean hasEnded() {
        return input != null && input.hasEnded();
    }

    /** Returns how many encrypted bytes were not sent. */
    int unsent() {
        return output == null ? 0 : output.unsent();
    }

    /** Sends what is encrypted and was not sent; returns whether nothing is left of it. */
    boolean isSent() throws IOException {
        return output == null || output.isSent();
    }

    /** Sends the end of the stream, or why the connection ends; nothing if there was no handshake. */
    void closeOutput() throws IOException {
        if (output != null) {
            output.close();
        }
    }

    /** Gives the buffers back that hold nothing. */
    void trim() {
        if (!first.isReadable()) {
            first.release();
            first = Unpooled.EMPTY_BUFFER;
        }
        if (input != null && output != null) {
            input.trim();
            output.trim();
        }
    }

    /** Gives the buffers back with what they hold, the place in the queue, and an engine that counts its references. */
    void discard() {
        leaveQueue();
        first.clear();
        trim();
        if (input != null && output != null) {
            input.discard();
            output.discard();
        }
        ReferenceCountUtil.release(engine);
    }

    @Override
    public boolean isOpen() {
        return transport.isOpen();
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
