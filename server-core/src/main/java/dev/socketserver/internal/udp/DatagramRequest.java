package dev.socketserver.internal.udp;

import dev.socketserver.Datagram;
import dev.socketserver.EndReason;
import dev.socketserver.LateAnswer;
import dev.socketserver.Rejection;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RequestRunner;
import dev.socketserver.limit.LimitExceededException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A datagram as the engine has it, and as its handler sees it; see {@link Datagram}. */
public final class DatagramRequest extends OpenRequest implements Datagram {
    /** The socket that datagrams come from and are answered by. Thread-safe. */
    public interface Socket {
        /** Returns the address that is bound. */
        SocketAddress address();

        /** Returns how many times as much as came may be answered; 0 for any amount. */
        int maxAmplification();

        /** Sends a datagram. */
        void send(ByteBuffer content, SocketAddress target) throws IOException;

        /** Returns what serves the datagrams. */
        RequestRunner runner();
    }

    private static final long UNLIMITED = Long.MAX_VALUE;

    private final Socket socket;
    private final boolean truncated;
    private ByteBuf content; // of the turn
    private @Nullable ByteBuf answer; // of the turn
    private boolean handled; // of the turn
    private long allowance; // guarded by this: how many bytes on the wire may still be sent, or UNLIMITED
    private volatile @Nullable LateAnswers lateAnswers; // written in the turn

    /** Takes over {@code content}. */
    public DatagramRequest(Socket socket, SocketAddress source, ByteBuf content, boolean truncated) {
        super(source);
        this.socket = socket;
        this.content = content;
        this.truncated = truncated;
        int times = socket.maxAmplification();
        allowance = times == 0 ? UNLIMITED : (long) times * Sendable.onTheWire(content.readableBytes(), source);
    }

    @Override
    public void endsBy(EndReason reason) {} // nobody asks

    @Override
    protected boolean isBrief() {
        return true;
    }

    @Override
    public Datagram face() {
        return this;
    }

    @Override
    public ByteBuf content() {
        requireOpen();
        return content;
    }

    @Override
    public boolean isTruncated() {
        return truncated;
    }

    @Override
    public SocketAddress localAddress() {
        Destination destination = remoteAddress() instanceof Source source ? source.destination() : null;
        return destination == null ? socket.address() : destination.address();
    }

    @Override
    public void reply(ByteBuf bytes) throws IOException {
        requireOpen();
        int length = bytes.readableBytes();
        Sendable.check(length, remoteAddress()); // what is too long for a datagram is not the peer's fault
        try {
            send(isOwn(bytes) ? bytes.internalNioBuffer(bytes.readerIndex(), length) : bytes.nioBuffer());
        } catch (IOException e) {
            throw fault(e);
        }
        bytes.skipBytes(length);
    }

    /** Sends an answer, if it is not too large for what came. Thread-safe. */
    private void send(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (socket.maxAmplification() != 0 && !spend(Sendable.onTheWire(length, remoteAddress()))) {
            var why = new LimitExceededException("an answer of " + length + " bytes to " + remoteAddress()
                    + " is larger than maxAmplification allows, which is " + socket.maxAmplification());
            socket.runner().reports().limited(this, Rejection.AMPLIFICATION, why);
            throw why;
        }
        socket.send(bytes, remoteAddress());
        socket.runner().reports().sent(length);
    }

    private synchronized boolean spend(int bytesOnTheWire) {
        if (bytesOnTheWire > allowance) {
            return false;
        }
        allowance -= bytesOnTheWire;
        return true;
    }

    @Override
    public synchronized int maxAnswer() {
        long left = allowance - Sendable.onTheWire(0, remoteAddress());
        return (int) Math.max(0, Math.min(left, Sendable.longest(remoteAddress())));
    }

    @Override
    public LateAnswer answerLater() {
        requireOpen();
        LateAnswers counting = lateAnswers;
        if (counting == null) {
            counting = new LateAnswers();
            lateAnswers = counting;
        }
        counting.opens();
        return new Later(counting);
    }

    /** See {@link LateAnswer}. */
    private final class Later implements LateAnswer {
        private final LateAnswers all;
        private final AtomicBoolean closed = new AtomicBoolean();

        Later(LateAnswers all) {
            this.all = all;
        }

        @Override
        public SocketAddress remoteAddress() {
            return DatagramRequest.this.remoteAddress();
        }

        @Override
        public void send(ByteBuf message) throws IOException {
            if (closed.get()) {
                throw new IllegalStateException(this + " is closed");
            }
            if (!all.isAwaited()) {
                throw new ClosedChannelException();
            }
            Sendable.check(message.readableBytes(), remoteAddress());
            DatagramRequest.this.send(message.nioBuffer());
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true) && all.closes()) {
                closeLate();
            }
        }

        @Override
        public String toString() {
            return "LateAnswer[" + remoteAddress() + "]";
        }
    }

    /** Reports the datagram closed, which has outlived its turn. */
    private void closeLate() {
        endsIn(Thread.currentThread());
        socket.runner().ends().closed(this);
    }

    @Override
    protected boolean letGo() {
        LateAnswers pending = lateAnswers;
        if (pending == null) {
            return true;
        }
        endsIn(null);
        if (!pending.turnEnds()) {
            return false;
        }
        endsIn(Thread.currentThread());
        return true;
    }

    private void requireOpen() {
        requireTurn();
        if (hasEnded()) {
            throw new IllegalStateException(this + " has ended");
        }
    }

    /** Returns whether nobody else can be reading the buffer at the same time. */
    @SuppressWarnings("ReferenceEquality") // the same, not equal bytes
    private boolean isOwn(ByteBuf bytes) {
        return bytes == content || bytes == answer;
    }

    @Override
    public ByteBuf answer() {
        requireOpen();
        ByteBuf collected = answer;
        if (collected == null) {
            collected = ByteBufAllocator.DEFAULT.directBuffer();
            answer = collected;
        }
        return collected;
    }

    /** Moves the bytes to a buffer of their own, so that the receiver's is free while they wait. */
    @Override
    protected void detach() {
        ByteBuf own = ByteBufAllocator.DEFAULT.directBuffer(content.readableBytes());
        own.writeBytes(content);
        content.release();
        content = own;
    }

    @Override
    protected Look look() {
        return handled ? Look.END : Look.MESSAGE;
    }

    @Override
    public void handling() {
        handled = true;
        noLongerFresh();
    }

    @Override
    protected void handled() {}

    @Override
    protected boolean isParkable() {
        return false;
    }

    @Override
    protected boolean park() {
        throw new IllegalStateException(this + " cannot be parked");
    }

    @Override
    protected void awaitNext() {
        throw new IllegalStateException(this + " has no next message");
    }

    @Override
    public void flush() throws IOException {
        if (answer != null && answer.isReadable()) {
            reply(answer);
        }
    }

    @Override
    protected void failed() {
        super.failed();
        if (answer != null) {
            answer.clear();
        }
        LateAnswers pending = lateAnswers;
        if (pending != null) {
            pending.abort(); // the handler may not have come to hand them on
        }
    }

    @Override
    public void abort() {
        LateAnswers pending = lateAnswers;
        if (pending != null && pending.abort()) {
            closeLate();
        }
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    protected void wake() {}

    @Override
    protected void schedule() {}

    @Override
    protected void release() {
        ByteBuf collected = answer;
        answer = null;
        try {
            if (collected != null) {
                collected.release();
            }
        } finally {
            content.release();
        }
    }

    @Override
    public String toString() {
        return "Datagram[" + remoteAddress() + "]";
    }
}
