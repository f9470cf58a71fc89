package dev.socketserver.internal.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS peer sends. A record is decrypted straight into the reader's buffer, and only what does not fit there is
 * kept until the next read. The end of the stream is the peer's close_notify; a connection that ends without one may
 * have been cut off by anybody, so that is an {@link SSLException}.
 *
 * <p>Confined to the thread that serves the connection.
 */
final class TlsInput {
    /** How many records without a byte of data may follow one another, as in Go's {@code crypto/tls}. */
    static final int MAX_USELESS_RECORDS = 16;

    /** What a record begins with that is an alert: a close_notify, up to TLS 1.2. */
    private static final int ALERT = 21;

    /** Where the JDK's engines are, which can send after the peer's close_notify (TLS 1.3). OpenSSL's cannot. */
    private static final String JDK = "sun.security.ssl.";

    private static final int END = -1;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final WaitingChannel transport;
    private final SSLEngine engine;
    private final TlsOutput answers;
    private final boolean halfCloses; // the engine can send after the peer's close_notify, from TLS 1.3 on
    private ByteBuf received; // records, the last one perhaps in part
    private ByteBuf plain = Unpooled.EMPTY_BUFFER; // the rest of a record that was longer than what a read wanted
    private int useless; // records without data since the last one with some
    private boolean ended; // by close_notify
    private @Nullable SSLException failure;

    /**
     * Makes an input.
     *
     * @param first what has come already; the input's from here on
     * @param answers where what the engine has to answer goes
     */
    TlsInput(WaitingChannel transport, SSLEngine engine, ByteBuf first, TlsOutput answers) {
        this.transport = transport;
        this.engine = engine;
        this.received = first;
        this.answers = answers;
        this.halfCloses = engine.getClass().getName().startsWith(JDK);
    }

    /** Takes a record of the handshake; if none is here as a whole, more bytes of it, or false if it is not to wait. */
    boolean shakeHands(boolean waits) throws IOException {
        boolean taken = decryptRecord(NOTHING);
        if (!taken && waits) {
            receive(false);
        }
        if (ended) {
            throw new SSLException("the peer aborted the handshake");
        }
        return taken || waits;
    }

    /** Takes in what has come: the number of bytes, 0 for none, -1 if the peer has ended. */
    int receiveNow() throws IOException {
        return receiveSome(false);
    }

    /**
     * Reads decrypted bytes, and waits for them, unless the transport is to take only what has come.
     *
     * @return how many; 0 if no record is here as a whole yet, -1 if the peer has said that it sends no more
     * @throws SSLException if the peer breaks the protocol, or the connection ended without such a word
     */
    int read(ByteBuffer target) throws IOException {
        boolean waits = !transport.isReceiving();
        int count = decrypt(target);
        if (count == 0) {
            receive(false);
            count = decrypt(target);
        }
        while (count == 0 && waits) {
            receive(true);
            count = decrypt(target);
        }
        return count;
    }

    /** Decrypts what has come until there is something to read; false if there is nothing. */
    boolean hasMore() throws IOException {
        if (!plain.isReadable() && received.isReadable()) {
            decrypt(NOTHING);
        }
        return plain.isReadable();
    }

    /** Tells whether nothing more can come. */
    boolean hasEnded() {
        return ended || failure != null;
    }

    private int decrypt(ByteBuffer target) throws IOException {
        int before = target.position();
        takePlain(target);
        while (target.position() == before && !plain.isReadable() && !ended && decryptRecord(target)) {
            useless = target.position() == before && !plain.isReadable() ? useless + 1 : 0;
            if (useless > MAX_USELESS_RECORDS && !ended) {
                throw failed(new SSLException("the peer sent too many empty records"));
            }
            answer();
        }
        int count = target.position() - before;
        return count == 0 && ended ? END : count;
    }

    private void takePlain(ByteBuffer target) {
        int count = Math.min(plain.readableBytes(), target.remaining());
        if (count > 0) {
            int limit = target.limit();
            plain.readBytes(target.limit(target.position() + count));
            target.limit(limit);
        }
    }

    /** Answers a key update. Another handshake is none of a peer's business. */
    private void answer() throws IOException {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) {
            throw failed(new SSLException("the peer requested renegotiation, which is not supported"));
        } else if (status == HandshakeStatus.NEED_WRAP && !ended) {
            answers.answer();
        }
    }

    /**
     * Decrypts one record; false if none is here as a whole. Up to TLS 1.2, and with some engines, nothing can be sent
     * after the peer's close_notify, so what was written has to go first.
     */
    private boolean decryptRecord(ByteBuffer target) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (received.isReadable() && (!halfCloses || received.getByte(received.readerIndex()) == ALERT)) {
            transport.flush();
        }
        try {
            SSLEngineResult result = unwrap(target);
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                result = unwrapBeyond(target);
            }
            ended = result.getStatus() == SSLEngineResult.Status.CLOSED;
            return result.getStatus() != SSLEngineResult.Status.BUFFER_UNDERFLOW;
        } catch (SSLException e) {
            throw failed(e);
        }
    }

    private SSLEngineResult unwrap(ByteBuffer... targets) throws SSLException {
        ByteBuffer records = received.internalNioBuffer(received.readerIndex(), received.readableBytes());
        SSLEngineResult result = engine.unwrap(records, targets);
        received.skipBytes(result.bytesConsumed());
        return result;
    }

    /** Decrypts a record that may be longer than the target is; what does not fit is read next time. */
    private SSLEngineResult unwrapBeyond(ByteBuffer target) throws SSLException {
        int size = engine.getSession().getApplicationBufferSize();
        if (plain.capacity() < size) {
            plain.release();
            plain = ByteBufAllocator.DEFAULT.heapBuffer(size);
        }
        plain.clear();
        ByteBuffer rest = plain.internalNioBuffer(0, size);
        int before = rest.position();
        SSLEngineResult result = unwrap(target, rest);
        plain.writerIndex(rest.position() - before);
        return result;
    }

    private SSLException failed(SSLException why) {
        failure = why;
        return why;
    }

    /** Waits for more bytes of a record that is not here as a whole; again, in what is left of the time. */
    private void receive(boolean again) throws IOException {
        if (receiveSome(again) < 0) {
            throw failed(new SSLException("the connection ended without the peer's close_notify"));
        }
    }

    private int receiveSome(boolean again) throws IOException {
        int size = engine.getSession().getPacketBufferSize();
        received = received.capacity() == 0 ? ByteBufAllocator.DEFAULT.heapBuffer(size) : received.discardReadBytes();
        received.ensureWritable(Math.max(1, size - received.readableBytes()));
        ByteBuffer target = received.internalNioBuffer(received.writerIndex(), received.writableBytes());
        int count = again ? transport.readOn(target) : transport.read(target);
        received.writerIndex(received.writerIndex() + Math.max(0, count));
        return count;
    }

    /** Gives the buffers back that hold nothing. */
    void trim() {
        if (!received.isReadable()) {
            received.release();
            received = Unpooled.EMPTY_BUFFER;
        }
        if (!plain.isReadable()) {
            plain.release();
            plain = Unpooled.EMPTY_BUFFER;
        }
    }

    /** Gives the buffers back with what they hold. */
    void discard() {
        received.clear();
        plain.clear();
        trim();
    }
}
