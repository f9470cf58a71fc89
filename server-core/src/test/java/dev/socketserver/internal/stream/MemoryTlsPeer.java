package dev.socketserver.internal.stream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** A TLS client without a socket: its records are arrays. */
final class MemoryTlsPeer {
    private final SSLEngine engine;
    private ByteBuffer came = ByteBuffer.allocate(0); // and was not read

    MemoryTlsPeer(SSLContext context) {
        engine = context.createSSLEngine();
        engine.setUseClientMode(true);
    }

    /** The other end, in a handshake. */
    interface Server {
        /** Takes what the client sends, and returns what it has to answer. */
        byte[] exchange(byte[] records) throws IOException;
    }

    /** Shakes hands, and reads what the server has to say then. */
    void shakeHands(Server server) throws IOException {
        engine.beginHandshake();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> receive(server.exchange(seal(new byte[0])));
                default -> {
                    if (!came.hasRemaining()) {
                        throw new SSLException("the server says nothing");
                    }
                    unseal();
                }
            }
        }
        while (came.hasRemaining()) {
            unseal();
        }
    }

    private void receive(byte[] records) {
        came = ByteBuffer.allocate(came.remaining() + records.length)
                .put(came)
                .put(records)
                .flip();
    }

    private void unseal() throws SSLException {
        engine.unwrap(came, ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()));
    }

    /** Returns bytes as records; of none, what the engine has to say of its own, if anything. */
    byte[] seal(byte[] text) throws SSLException {
        var records = new ByteArrayOutputStream();
        var source = ByteBuffer.wrap(text);
        int produced;
        do {
            var target = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            produced = engine.wrap(source, target).bytesProduced();
            records.write(target.array(), 0, produced);
        } while (source.hasRemaining() && produced > 0);
        return records.toByteArray();
    }

    /** Sends no more; the next record is the end. */
    void closeOutput() {
        engine.closeOutbound();
    }
}
