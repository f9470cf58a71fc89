package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.peer.Loopback;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server at all addresses of the machine answers from the one that was asked, on a JDK that can. */
@Timeout(60)
class DestinationTest {
    @BeforeEach
    void onAJdkThatCan() {
        assumeThat(Runtime.version().feature()).as("the JDK").isGreaterThanOrEqualTo(22);
    }

    private static ServerConfig at(String host) {
        return Loopback.config().address(new InetSocketAddress(host, 0)).build();
    }

    /** A client that takes answers only from the address that it asks. */
    private static final class Client implements Closeable {
        private final DatagramChannel channel = DatagramChannel.open();
        private final InetSocketAddress server;

        Client(UdpServer server, String host) throws IOException {
            this.server = new InetSocketAddress(host, ((InetSocketAddress) server.address()).getPort());
            channel.connect(this.server);
        }

        Client ask(String question) throws IOException {
            channel.write(ByteBuffer.wrap(question.getBytes(UTF_8)));
            return this;
        }

        String answer() throws IOException {
            ByteBuffer answer = ByteBuffer.allocate(200);
            channel.read(answer);
            return new String(answer.array(), 0, answer.position(), UTF_8);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void anAnswerComesFromTheAddressThatWasAsked(String bound) throws Exception {
        try (var server = new UdpServer(at(bound), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                InetSocketAddress local = (InetSocketAddress) datagram().localAddress();
                datagram()
                        .answer()
                        .writeCharSequence(local.getAddress().getHostAddress() + ":" + local.getPort(), UTF_8);
            }
        })) {
            server.start();
            for (String host : new String[] {"127.0.0.1", "127.0.0.2", "127.3.4.5", "127.0.0.1"}) {
                try (var client = new Client(server, host)) {
                    assertThat(client.ask("?").answer()).isEqualTo(host + ":" + client.server.getPort());
                }
            }
        }
    }

    @Test
    void anAddressOfIpv6Likewise() throws Exception {
        try (var server = new UdpServer(at("::"), DatagramRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            try (var client = new Client(server, "::1")) {
                assertThat(client.ask("it works").answer()).isEqualTo("it works");
            }
        }
    }

    @Test
    void aLateAnswerAndOneThatIsSentToThePeerDoSo() throws Exception {
        var servers = new UdpServer[1];
        try (var server = new UdpServer(at("0.0.0.0"), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                servers[0].send(Unpooled.copiedBuffer("sent", UTF_8), datagram().remoteAddress());
                try (LateAnswer late = datagram().answerLater()) {
                    late.send(Unpooled.copiedBuffer("late", UTF_8));
                }
            }
        })) {
            servers[0] = server;
            server.start();
            try (var client = new Client(server, "127.0.0.2").ask("?")) {
                assertThat(client.answer()).isEqualTo("sent");
                assertThat(client.answer()).isEqualTo("late");
            }
        }
    }

    @Test
    void aHandlerThatHasWaitedDoesSo() throws Exception {
        var others = new CountDownLatch(20);
        try (var server = new UdpServer(at("0.0.0.0"), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws InterruptedException {
                if (datagram().content().readableBytes() > 1) {
                    others.await(); // the lead goes to another thread, with what is left of the batch
                }
                others.countDown();
                datagram().answer().writeCharSequence(String.valueOf(datagram().localAddress()), UTF_8);
            }
        })) {
            server.start();
            try (var waiting = new Client(server, "127.0.0.2").ask("wait")) {
                for (int i = 0; i < 20; i++) {
                    try (var client = new Client(server, "127.0.0." + (i + 1)).ask("?")) {
                        assertThat(client.answer()).isEqualTo(client.server.toString());
                    }
                }
                assertThat(waiting.answer()).isEqualTo(waiting.server.toString());
            }
        }
    }

    @Test
    void handlersThatAnswerAtTheSameTimeDoSo() throws Exception {
        int clients = 8;
        var all = new CyclicBarrier(clients);
        try (var server = new UdpServer(at("0.0.0.0"), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws Exception {
                all.await();
                datagram().answer().writeCharSequence(String.valueOf(datagram().localAddress()), UTF_8);
            }
        })) {
            server.start();
            for (int round = 0; round < 20; round++) {
                List<Client> asking = new ArrayList<>();
                for (int i = 0; i < clients; i++) {
                    asking.add(new Client(server, "127.0.0." + (i + 2)).ask("?"));
                }
                for (Client client : asking) {
                    assertThat(client.answer()).isEqualTo(client.server.toString());
                    client.close();
                }
            }
        }
    }

    @Test
    void aServerAtOneAddressHasThatAddress() throws Exception {
        var own = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = new UdpServer(Loopback.config().address(own).build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                datagram().answer().writeCharSequence(String.valueOf(datagram().localAddress()), UTF_8);
            }
        })) {
            server.start();
            try (var client = new Client(server, "127.0.0.1")) {
                assertThat(client.ask("?").answer()).isEqualTo(client.server.toString());
            }
        }
    }
}
