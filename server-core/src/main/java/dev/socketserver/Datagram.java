package dev.socketserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One datagram and the way to answer it: what a {@link DatagramRequestHandler} works on.
 *
 * <p>Confined to the thread that serves it, but for the addresses, which any thread may ask for.
 */
public final class Datagram extends Request {
    private final UdpServer server;
    private ByteBuf content; // confined to the thread that has the request
    private final boolean truncated;
    private @Nullable ByteBuf answer; // confined to the serving thread

    /** Takes over {@code content}. */
    Datagram(UdpServer server, SocketAddress source, ByteBuf content, boolean truncated) {
        super(source);
        this.server = server;
        this.content = content;
        this.truncated = truncated;
    }

    /** Returns the datagram's bytes, which may be none. They are released when the handler is done, unless retained. */
    public ByteBuf content() {
        return content;
    }

    /**
     * Tells whether the peer sent more than {@link ServerConfig#maxDatagramSize()} bytes, of which the rest is lost.
     */
    public boolean isTruncated() {
        return truncated;
    }

    @Override
    public SocketAddress localAddress() {
        return server.address();
    }

    /**
     * Sends one datagram made of the readable bytes to the peer and consumes them; the caller keeps its ownership.
     *
     * @throws IOException if the system does not take the datagram, because it is too large for one
     */
    public void reply(ByteBuf bytes) throws IOException {
        int length = bytes.readableBytes();
        server.send(
                isOwn(bytes) ? bytes.internalNioBuffer(bytes.readerIndex(), length) : bytes.nioBuffer(),
                remoteAddress());
        bytes.skipBytes(length);
    }

    /** Tells whether nobody else can be reading the buffer at the same time. */
    @SuppressWarnings("ReferenceEquality") // the same, not equal bytes
    private boolean isOwn(ByteBuf bytes) {
        return bytes == content || bytes == answer;
    }

    /** Moves the bytes to a buffer of their own size, so that the receiver's is free while they wait. */
    @Override
    void detach() {
        ByteBuf own = ByteBufAllocator.DEFAULT.directBuffer(content.readableBytes());
        own.writeBytes(content);
        content.release();
        content = own;
    }

    /** Returns the buffer in which the handler collects its answer. */
    ByteBuf answer() {
        ByteBuf collected = answer;
        if (collected == null) {
            collected = ByteBufAllocator.DEFAULT.directBuffer();
            answer = collected;
        }
        return collected;
    }

    @Override
    void failed() {
        super.failed();
        if (answer != null) {
            answer.clear();
        }
    }

    @Override
    void flush() throws IOException {
        if (answer != null && answer.isReadable()) {
            reply(answer);
        }
    }

    @Override
    void abort() {}

    @Override
    void wake() {}

    @Override
    void expire(long now) {}

    @Override
    void release() {
        if (answer != null) {
            answer.release();
            answer = null;
        }
        content.release();
    }
}
