package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.fault.Fault;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestDatagramClient;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;

/** {@link Torture} of a server of datagrams. */
final class DatagramTorture extends Torture {
    public static void main(String... args) throws Exception {
        var runs = new DatagramTorture();
        runs.install();
        runs.run();
    }

    private final class Answering extends DatagramRequestHandler {
        @Override
        protected void setup() {
            user("setup");
        }

        @Override
        protected void handle() throws IOException {
            user("handle");
            byte[] question = in().readAllBytes();
            if (question[0] == 'l') {
                try (LateAnswer later = datagram().answerLater()) {
                    user("before answer");
                    later.send(Unpooled.wrappedBuffer(question));
                }
            } else {
                out().write(question);
            }
        }

        @Override
        protected void finish() {
            user("finish");
        }
    }

    private DatagramRequestHandler handler() {
        user("handlers");
        return new Answering();
    }

    @Override
    boolean isPlain() {
        return false;
    }

    @Override
    Server start() throws IOException {
        UdpServer server = HookedServers.udp(in(Loopback.config()).build(), this::handler, hooks);
        try {
            server.start();
            return server;
        } catch (Throwable e) {
            server.close();
            closePool();
            throw e;
        }
    }

    @Override
    void ask(Server server) throws Exception {
        for (String question : List.of("first", "later", "second", "later")) {
            TestDatagramClient client = TestDatagramClient.to(server.address());
            mayFail(() -> ask(client, question), client);
        }
    }

    @Override
    void beServed(Server server) throws Exception {
        TestDatagramClient client = TestDatagramClient.to(server.address());
        inTime(() -> ask(client, "well"), client);
    }

    /** Asks, and waits for the end of the datagram, whose answer is lost if the fault has hit it. */
    private void ask(TestDatagramClient client, String question) throws Exception {
        boolean wasWell = Fault.failed() == null;
        int before = closed.get();
        client.send(question);
        Polling.await(() -> closed.get() > before);
        boolean mayBeLost = wasWell && Fault.failed() != null && mostLost() > 0;
        if (!mayBeLost) {
            assertThat(client.receiveText()).isEqualTo(question);
        }
    }
}
