package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a forger of addresses can have a server send to a victim. */
@Timeout(60)
class AmplificationTest {
    private static final int HEADERS = 28; // of IPv4 and UDP

    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig.Builder config = Loopback.config().listener(listener);

    /** Answers with as many bytes as the datagram's text says. */
    private static final class Generous extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            String length = datagram().content().toString(UTF_8).trim();
            out().write(new byte[Integer.parseInt(length)]);
        }
    }

    private UdpServer generous() {
        return new UdpServer(config.build(), Generous::new);
    }

    private static String padded(int answer, int length) {
        return String.format("%-" + length + "d", answer);
    }

    @ParameterizedTest
    @CsvSource({"1, 20", "3, 20", "3, 1000"})
    void anAnswerThatIsTooLargeForWhatCameIsNotSentAndCounted(int times, int length) throws Exception {
        int most = times * (length + HEADERS) - HEADERS;
        try (var server = new UdpServer(config.maxAmplification(times).build(), Generous::new)) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send(padded(most + 1, length));
                listener.await("closed", 1);
                assertThat(client.send(padded(most, length)).receive()).hasSize(most);
            }
            assertThat(server.snapshot().rejectionsByReason()).containsOnlyKeys(Rejection.AMPLIFICATION);
            assertThat(server.snapshot().rejected()).isEqualTo(1);
        }
        assertThat(listener.count("rejected")).isEqualTo(1);
        assertThat(listener.failures().get(0))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("an answer of " + (most + 1) + " bytes")
                .hasMessageContaining("maxAmplification allows, which is " + times);
    }

    @Test
    void overIpv6TheHeadersAreLonger() throws Exception {
        var loopback = new byte[16];
        loopback[15] = 1;
        config.address(new InetSocketAddress(InetAddress.getByAddress(loopback), 0))
                .maxAmplification(2);
        try (var server = generous()) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                int most = 2 * (20 + 48) - 48;
                client.send(padded(most + 1, 20));
                listener.await("rejected", 1);
                assertThat(client.send(padded(most, 20)).receive()).hasSize(most);
            }
        }
    }

    @Test
    void byDefaultAnAnswerMayBeAsLargeAsItLikes() throws Exception {
        try (var server = generous()) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("60000").receive()).hasSize(60_000);
            }
        }
    }

    @Test
    void allAnswersToADatagramCountTogetherAndAHandlerKnowsWhatIsLeft() throws Exception {
        BlockingQueue<Integer> left = new LinkedBlockingQueue<>();
        try (var server = new UdpServer(config.maxAmplification(3).build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                left.add(datagram().maxAnswer());
                datagram().reply(Unpooled.wrappedBuffer(new byte[70]));
                left.add(datagram().maxAnswer());
                var tooLong = Unpooled.wrappedBuffer(new byte[datagram().maxAnswer() + 1]);
                assertThatThrownBy(() -> datagram().reply(tooLong)).isInstanceOf(LimitExceededException.class);
                datagram().reply(Unpooled.wrappedBuffer(new byte[datagram().maxAnswer()]));
                left.add(datagram().maxAnswer());
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send(new byte[100]);
                int first = 3 * (100 + HEADERS) - HEADERS;
                assertThat(client.receive()).hasSize(70);
                assertThat(client.receive()).hasSize(first - 70 - HEADERS);
                listener.await("closed", 1);
                assertThat(left).containsExactly(first, first - 70 - HEADERS, 0);
            }
        }
        assertThat(listener.count("error")).as("the handler has seen to it").isZero();
    }

    @Test
    void aLateAnswerIsBoundToo() throws Exception {
        BlockingQueue<LateAnswer> later = new LinkedBlockingQueue<>();
        try (var server = new UdpServer(config.maxAmplification(2).build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                later.add(datagram().answerLater());
                datagram().reply(datagram().content());
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(client.send(new byte[100]).receive()).hasSize(100);
                try (LateAnswer answer = later.take()) {
                    assertThatThrownBy(() -> answer.send(Unpooled.wrappedBuffer(new byte[101])))
                            .isInstanceOf(LimitExceededException.class);
                    answer.send(Unpooled.wrappedBuffer(new byte[100]));
                    assertThat(client.receive()).hasSize(100);
                }
            }
            assertThat(server.snapshot().rejectionsByReason().get(Rejection.AMPLIFICATION))
                    .isEqualTo(1);
        }
    }
}
