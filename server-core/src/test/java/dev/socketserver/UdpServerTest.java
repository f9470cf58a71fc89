package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import io.netty.buffer.Unpooled;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class UdpServerTest {
    /** The most that a UDP datagram over IPv4 carries. */
    private static final int LONGEST = 65_507;

    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig.Builder config = Loopback.config().listener(listener);

    private static Supplier<DatagramRequestHandler> echo() {
        return DatagramRequestHandler.of((in, out) -> in.transferTo(out));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8192, 8193, LONGEST})
    void aDatagramComesBackWhole(int length) throws Exception {
        byte[] sent = new byte[length];
        Arrays.fill(sent, (byte) 'd');
        try (var server = new UdpServer(config.build(), echo())) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(Arrays.equals(client.send(sent).receive(), sent)).isTrue();
            }
        }
        assertThat(listener.count("truncated")).isZero();
    }

    @Test
    void anAnswerThatItsHandlerHasReleasedCostsNoOtherBuffer() throws Exception {
        try (var server = new UdpServer(config.engine(Engine.BLOCKING).build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                datagram().answer().release();
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("careless");
                listener.await("closed", 1);
            }
        }
        LeakPresenceDetector.check();
    }

    @Test
    void anEmptyDatagramIsServedAndOneThatIsNotAnsweredGetsNoEmptyReply() throws Exception {
        var lengths = new CompletableFuture<Integer>();
        try (var server = new UdpServer(config.build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                int length = datagram().content().readableBytes();
                if (length == 0) {
                    lengths.complete(length); // and writes nothing
                } else {
                    in().transferTo(out());
                }
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("");
                assertThat(lengths.get()).isZero();
                listener.await("closed", 1);
                assertThat(client.send("next").receiveText()).isEqualTo("next");
            }
        }
    }

    @Test
    void anEmptyReplyIsSentWhenAskedFor() throws Exception {
        try (var server = new UdpServer(config.build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                datagram().reply(Unpooled.EMPTY_BUFFER);
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("?").receive()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 1000})
    void aDatagramOverTheLimitIsServedCutOffAndToldSo(int length) throws Exception {
        try (var server = new UdpServer(config.maxDatagramSize(16).build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                String cut = datagram().isTruncated() ? "cut to " : "whole ";
                out().write((cut + datagram().content().readableBytes()).getBytes(UTF_8));
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                String expected = length > 16 ? "cut to 16" : "whole 16";
                assertThat(client.send(new byte[length]).receiveText()).isEqualTo(expected);
            }
        }
        assertThat(listener.count("truncated")).isEqualTo(length > 16 ? 1 : 0);
    }

    @Test
    void aHandlerMayReplySeveralTimesAndSeesWhoAsked() throws Exception {
        var addresses = new CompletableFuture<List<SocketAddress>>();
        try (var server = new UdpServer(config.build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                addresses.complete(
                        List.of(datagram().remoteAddress(), datagram().localAddress()));
                for (String part : List.of("a", "b")) {
                    datagram().reply(Unpooled.copiedBuffer(part, UTF_8));
                }
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("?");
                assertThat(client.receiveText() + client.receiveText()).isEqualTo("ab");
                assertThat(addresses.get()).containsExactly(client.address(), server.address());
            }
        }
    }

    @Test
    void aHandlerThatThrowsSendsNothingAndCostsItsDatagramOnly() throws Exception {
        try (var server = new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> {
            String text = new String(in.readAllBytes(), UTF_8);
            out.write(text.getBytes(UTF_8));
            if (text.equals("fail")) {
                throw new IllegalStateException("says the test");
            }
        }))) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("fail");
                listener.await("closed", 1);
                assertThat(client.send("fine").receiveText()).isEqualTo("fine");
            }
        }
        assertThat(listener.count("error")).isEqualTo(1);
    }

    @Test
    void anAnswerThatFitsNoDatagramIsAFailureOfItsRequest() throws Exception {
        try (var server = new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> {
            out.write(in.read() == 'x' ? new byte[LONGEST + 1] : new byte[] {'y'});
        }))) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("x");
                listener.await("closed", 1);
                assertThat(client.send("y").receiveText()).isEqualTo("y");
            }
        }
        assertThat(listener.failures()).singleElement().isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptedHandlerDoesNotCloseTheServersSocket(boolean reply) throws Exception {
        try (var server = new UdpServer(config.build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                Thread.currentThread().interrupt();
                if (reply) {
                    datagram().reply(Unpooled.copiedBuffer("r", UTF_8));
                } else {
                    out().write('o');
                }
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                for (int i = 0; i < 3; i++) {
                    assertThat(client.send("?").receiveText()).isEqualTo(reply ? "r" : "o");
                }
            }
        }
    }

    @Test
    void aHandlerThatReleasesWhatIsNotItsOwnCostsItsDatagramOnly() throws Exception {
        try (var server = new UdpServer(config.build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                if (datagram().content().getByte(0) == 'f') {
                    datagram().content().release();
                } else {
                    in().transferTo(out());
                }
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("fail");
                listener.await("closed", 1);
                assertThat(client.send("ok").receiveText()).isEqualTo("ok");
            }
        }
    }

    @Test
    void theReceiveBufferIsAsConfigured() throws Exception {
        try (var server = new UdpServer(config.receiveBufferSize(20_000).build(), echo())) {
            server.bind();
            int least = 20_000;
            assertThat(server.channel().getOption(StandardSocketOptions.SO_RCVBUF))
                    .isBetween(least, 2 * least); // Linux doubles it
        }
    }

    @Test
    void aDatagramServedWhileTheServerDrainsIsAnsweredFromTheServersPort() throws Exception {
        var handling = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        var server = new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> {
            handling.countDown();
            finish.await();
            in.transferTo(out);
        }));
        server.start();
        try (var client = TestDatagramClient.to(server.address())) {
            client.send("late");
            handling.await();
            var shutdown = new FutureTask<>(() -> server.shutdown(Duration.ofSeconds(50)));
            new Thread(shutdown).start();
            listener.await("DRAINING", 1);
            finish.countDown();
            listener.await("closed", 1);
            assertThat(listener.failures()).isEmpty();
            assertThat(client.receiveText()).isEqualTo("late");
            assertThat(shutdown.get()).isEqualTo(new DrainReport(1, 0, List.of(), true));
        }
        assertThat(listener.count("error")).isZero();
        server.start();
        server.close();
    }
}
