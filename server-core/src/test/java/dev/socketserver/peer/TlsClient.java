package dev.socketserver.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * A TLS peer in the hand of a test, which decides itself which bytes go out when. Blocking; a test's time limit ends
 * what hangs.
 */
public final class TlsClient implements Peer {
    private static final int RECORD = 32 * 1024;

    private final TestClient transport;
    private final SSLEngine engine;
    private final ByteBuffer received = ByteBuffer.allocate(2 * RECORD).flip();
    private final ByteBuffer plain = ByteBuffer.allocate(2 * RECORD).flip();
    private boolean ended;
    private int records;

    /** Makes a peer that has not shaken hands. */
    public TlsClient(TestClient transport, SSLEngine engine) {
        this.transport = transport;
        this.engine = engine;
        engine.setUseClientMode(true);
    }

    /** Connects and shakes hands, with these versions of the protocol, or the default ones if none is named. */
    public static TlsClient to(SocketAddress address, SSLContext context, String... versions) throws IOException {
        SSLEngine engine = context.createSSLEngine("localhost", 1);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        TestClient transport = TestClient.to(address);
        try {
            return new TlsClient(transport, engine).shakeHands();
        } catch (Throwable e) {
            transport.close();
            throw e;
        }
    }

    /** Returns the first step of the handshake, which {@link #shakeHands} then goes on from. */
    public byte[] hello() throws IOException {
        engine.beginHandshake();
        return seal(new byte[0]);
    }

    /** Shakes hands. */
    public TlsClient shakeHands() throws IOException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            transport.send(hello());
        }
        HandshakeStatus next = engine.getHandshakeStatus();
        while (next != HandshakeStatus.NOT_HANDSHAKING) {
            switch (next) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> transport.send(seal(new byte[0]));
                default -> unwrap();
            }
            next = engine.getHandshakeStatus();
        }
        return this;
    }

    /** Shakes hands, and sends text in one piece with the last step of the handshake, which is the peer's (TLS 1.3). */
    public TlsClient shakeHandsWith(String text) throws IOException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            transport.send(hello());
        }
        var last = new ByteArrayOutputStream();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> last.writeBytes(seal(new byte[0]));
                default -> unwrap();
            }
        }
        last.writeBytes(seal(text));
        transport.send(last.toByteArray());
        return this;
    }

    /** Returns the engine. */
    public SSLEngine engine() {
        return engine;
    }

    /** Returns what is below the encryption. */
    public TestClient transport() {
        return transport;
    }

    /** Returns the records that carry these bytes. */
    public byte[] seal(String text) throws IOException {
        return seal(text.getBytes(UTF_8));
    }

    /** Returns the records that carry these bytes; of none, the next step of the handshake. */
    public byte[] seal(byte[] bytes) throws IOException {
        var records = new ByteArrayOutputStream();
        ByteBuffer left = ByteBuffer.wrap(bytes);
        ByteBuffer record = ByteBuffer.allocate(RECORD);
        do {
            SSLEngineResult result = engine.wrap(left, record.clear());
            if (result.getStatus() == Status.CLOSED && left.hasRemaining()) {
                throw new IOException("closed");
            }
            records.write(record.array(), 0, record.position());
        } while (left.hasRemaining());
        return records.toByteArray();
    }

    @Override
    public TlsClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    @Override
    public TlsClient send(byte[] bytes) throws IOException {
        transport.send(seal(bytes));
        return this;
    }

    @Override
    public byte[] read(int count) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(count);
        while (target.hasRemaining()) {
            if (!fill()) {
                throw new EOFException("after " + target.position() + " of " + count + " bytes");
            }
            int part = Math.min(target.remaining(), plain.remaining());
            target.put(plain.slice().limit(part));
            plain.position(plain.position() + part);
        }
        return target.array();
    }

    /** Reads up to the server's close_notify; an end without one is an {@link SSLException}. */
    @Override
    public String readAll() throws IOException {
        var all = new ByteArrayOutputStream();
        while (fill()) {
            all.write(plain.get());
        }
        return all.toString(UTF_8);
    }

    /** Waits for decrypted bytes; false at the server's close_notify. */
    private boolean fill() throws IOException {
        while (!plain.hasRemaining() && !ended) {
            unwrap();
        }
        return plain.hasRemaining();
    }

    /** Waits for a record that carries no data, and takes it. */
    public void readRecord() throws IOException {
        while (unwrap() == 0) {
            // It has not come as a whole yet.
        }
    }

    /** Returns how many records have been taken, those of the handshake included. */
    public int records() {
        return records;
    }

    /** Takes a record, if one is there, and waits for more otherwise; returns how many bytes it had. */
    private int unwrap() throws IOException {
        plain.compact();
        SSLEngineResult result;
        try {
            result = engine.unwrap(received, plain);
        } finally {
            plain.flip();
        }
        ended = result.getStatus() == Status.CLOSED;
        if (result.bytesConsumed() > 0) {
            records++;
        }
        if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            receive();
        }
        return result.bytesConsumed();
    }

    private void receive() throws IOException {
        received.compact();
        try {
            if (transport.read(received) < 0) {
                throw new SSLException("the connection ended without the server's close_notify");
            }
        } finally {
            received.flip();
        }
    }

    /** Sends close_notify. */
    public TlsClient closeNotify() throws IOException {
        engine.closeOutbound();
        transport.send(seal(new byte[0]));
        return this;
    }

    /** Sends text and close_notify in one piece. */
    public TlsClient sendLast(String text) throws IOException {
        var together = new ByteArrayOutputStream();
        together.writeBytes(seal(text));
        engine.closeOutbound();
        together.writeBytes(seal(new byte[0]));
        transport.send(together.toByteArray());
        return this;
    }

    @Override
    public TlsClient end() throws IOException {
        return closeNotify();
    }

    /** Closes without a close_notify. */
    @Override
    public void close() throws IOException {
        transport.close();
    }
}
