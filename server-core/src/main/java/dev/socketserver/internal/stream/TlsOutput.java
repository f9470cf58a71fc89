package dev.socketserver.internal.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * What goes to a TLS peer: encrypted into one buffer, several records at a time, and from there to the transport.
 *
 * <p>Confined to the thread that serves the connection.
 */
final class TlsOutput {
    /** As soon as there is that much of it, what is encrypted is sent, in bytes. */
    private static final int ENOUGH = 3 * 16 * 1024;

    /** Not an empty array, which OpenSSL's engine does not take. */
    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    private final WaitingChannel transport;
    private final SSLEngine engine;
    private ByteBuf sealed = Unpooled.EMPTY_BUFFER; // records that were not sent

    TlsOutput(WaitingChannel transport, SSLEngine engine) {
        this.transport = transport;
        this.engine = engine;
    }

    /**
     * Encrypts some of the bytes and sends them.
     *
     * @return how many bytes were taken
     * @throws ClosedChannelException if the output was closed
     */
    long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long before = remaining(sources, offset, length);
        long left = before;
        while (left > 0 && sealed.readableBytes() < ENOUGH) {
            if (wrap(sources, offset, length).getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new ClosedChannelException();
            }
            left = remaining(sources, offset, length);
        }
        send();
        return before - left;
    }

    private static long remaining(ByteBuffer[] sources, int offset, int length) {
        long sum = 0;
        for (int i = offset; i < offset + length; i++) {
            sum += sources[i].remaining();
        }
        return sum;
    }

    /**
     * Sends what the engine has to say of its own: its part of the handshake, or the answer to a key update; returns
     * false if that is nothing.
     */
    boolean answer() throws IOException {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING, 0, 1);
        }
        boolean isSomething = sealed.isReadable();
        send();
        return isSomething;
    }

    /** Sends the end of the stream, close_notify, or the alert that tells why there is an end. */
    void close() throws IOException {
        engine.closeOutbound();
        boolean done = engine.isOutboundDone();
        while (!done) {
            done = wrap(NOTHING, 0, 1).getStatus() == SSLEngineResult.Status.CLOSED || engine.isOutboundDone();
        }
        send();
    }

    private SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length) throws SSLException {
        int size = engine.getSession().getPacketBufferSize();
        if (sealed.capacity() == 0) {
            sealed = ByteBufAllocator.DEFAULT.heapBuffer(size);
        }
        sealed.ensureWritable(size);
        ByteBuffer records = sealed.internalNioBuffer(sealed.writerIndex(), sealed.writableBytes());
        SSLEngineResult result = engine.wrap(sources, offset, length, records);
        sealed.writerIndex(sealed.writerIndex() + result.bytesProduced());
        boolean finished = result.getHandshakeStatus() == HandshakeStatus.FINISHED; // which may need no bytes
        if (result.bytesProduced() == 0 && result.getStatus() != SSLEngineResult.Status.CLOSED && !finished) {
            throw new SSLException("nothing can be sent now: " + result.getHandshakeStatus());
        }
        return result;
    }

    private void send() throws IOException {
        while (sealed.isReadable()) {
            ByteBuffer records = sealed.internalNioBuffer(sealed.readerIndex(), sealed.readableBytes());
            int count = transport.write(records);
            sealed.skipBytes(count);
            if (count == 0) {
                sealed.discardReadBytes();
                return; // this is not to wait
            }
        }
        sealed.clear();
    }

    /** Returns how many encrypted bytes were not sent. */
    int unsent() {
        return sealed.readableBytes();
    }

    /** Sends what is encrypted and was not sent; returns whether nothing is left of it. */
    boolean isSent() throws IOException {
        send();
        return !sealed.isReadable();
    }

    /** Gives the buffer back if it holds nothing. */
    void trim() {
        if (!sealed.isReadable()) {
            sealed.release();
            sealed = Unpooled.EMPTY_BUFFER;
        }
    }

    /** Gives the buffer back with what it holds. */
    void discard() {
        sealed.clear();
        trim();
    }
}
