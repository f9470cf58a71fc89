package dev.socketserver.internal.udp;

import dev.socketserver.Datagram;
import dev.socketserver.EndReason;
import dev.socketserver.internal.run.OpenRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A datagram as the engine has it, and as its handler sees it; see {@link Datagram}. */
public final class DatagramRequest extends OpenRequest implements Datagram {
    /** The socket that datagrams are answered from. */
    public interface Socket {
        /** Returns the address that is bound. */
        SocketAddress address();

        /** Sends a datagram. */
        void send(ByteBuffer content, SocketAddress target) throws IOException;
    }

    private final Socket socket;
    private final boolean truncated;
    private ByteBuf content; // of the turn
    private @Nullable ByteBuf answer; // of the turn
    private boolean handled; // of the turn

    /** Takes over {@code content}. */
    public DatagramRequest(Socket socket, SocketAddress source, ByteBuf content, boolean truncated) {
        super(source);
        this.socket = socket;
        this.content = content;
        this.truncated = truncated;
    }

    @Override
    public void endsBy(EndReason reason) {} // nobody asks

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
        return socket.address();
    }

    @Override
    public void reply(ByteBuf bytes) throws IOException {
        requireOpen();
        int length = bytes.readableBytes();
        Sendable.check(length, remoteAddress()); // what is too long is not the peer's fault
        try {
            socket.send(
                    isOwn(bytes) ? bytes.internalNioBuffer(bytes.readerIndex(), length) : bytes.nioBuffer(),
                    remoteAddress());
        } catch (IOException e) {
            throw fault(e);
        }
        bytes.skipBytes(length);
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
    }

    @Override
    public void abort() {}

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
        if (answer != null) {
            answer.release();
            answer = null;
        }
        content.release();
    }

    @Override
    public String toString() {
        return "Datagram[" + remoteAddress() + "]";
    }
}
