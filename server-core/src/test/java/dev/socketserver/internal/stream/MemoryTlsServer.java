package dev.socketserver.internal.stream;

import dev.socketserver.ServerConfig;
import dev.socketserver.net.Tls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** The server's end of a TLS connection without a socket, which takes what has come and never waits. */
final class MemoryTlsServer {
    /** What no channel calls here, as nothing waits. */
    private static final class NobodysOwner implements WaitingChannel.Owner {
        @Override
        public void beforeWait() {
            throw new AssertionError("this would wait");
        }

        @Override
        public void flush() {}

        @Override
        public boolean isCounted() {
            return false;
        }

        @Override
        public void received(int bytes) {}

        @Override
        public void sent(long bytes) {}
    }

    private final class Handshake implements TlsChannel.Owner {
        private final HandshakeQueue queue = new HandshakeQueue();

        @Override
        public void compute(Runnable work) {
            work.run();
        }

        @Override
        public HandshakeQueue.Place placeForHandshake(Tls rules) {
            return queue.place(null, rules.maxHandshakes(), () -> {});
        }

        @Override
        public void acknowledge() {
            acknowledged++;
        }
    }

    final MemorySocket socket = new MemorySocket();
    private final WaitingChannel transport;
    private final TlsChannel tls;
    int acknowledged;

    /** Creates the end of a server with one protocol. */
    MemoryTlsServer(SSLContext certified, Waits waits, String protocol, boolean tickets) throws IOException {
        transport = new WaitingChannel(
                new Transport(socket),
                waits,
                new SlowPeers(null, "test"),
                new NobodysOwner(),
                ServerConfig.builder().build());
        transport.receiving(true);
        Tls rules = Tls.of(() -> {
                    SSLEngine engine = certified.createSSLEngine();
                    engine.setEnabledProtocols(new String[] {protocol});
                    return engine;
                })
                .withSessionTickets(tickets);
        tls = new TlsChannel(transport, rules, new Handshake());
    }

    /** Goes on with the handshake, as far as what has come allows; returns whether it is done. */
    boolean shakeHands() throws IOException {
        boolean done = false;
        int came = tls.receive();
        while (!done && came > 0) {
            done = tls.handshake(false);
            came = done ? came : tls.receive();
        }
        if (came < 0) {
            throw tls.brokenOff();
        }
        return done;
    }

    /** Reads what has come; returns false if no more comes. */
    boolean read(ByteArrayOutputStream to, int size) throws IOException {
        var target = ByteBuffer.allocate(size);
        int count = tls.read(target);
        while (count > 0 || tls.hasMore()) {
            to.write(target.array(), 0, target.position());
            target.clear();
            count = tls.read(target);
        }
        return count == 0;
    }

    void close() throws IOException {
        try {
            tls.closeOutput();
        } catch (SSLException ignored) {
            // The handshake has failed, and there is no word for that.
        } finally {
            tls.discard();
        }
    }
}
