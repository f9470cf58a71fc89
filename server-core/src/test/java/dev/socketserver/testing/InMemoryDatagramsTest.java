package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.Datagram;
import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.LateAnswer;
import dev.socketserver.ServerConfig;
import dev.socketserver.UdpServer;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestDatagramClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class InMemoryDatagramsTest {
    private static final ServerConfig SMALL =
            Loopback.config().maxDatagramSize(8).build();

    /** Handlers whose answers in memory and over a socket are compared. */
    @SuppressWarnings("ImmutableEnumChecker") // the suppliers have no state
    enum Case {
        UPPER_CASE(() -> DatagramRequestHandler.of((in, out) -> out.write(new String(in.readAllBytes(), UTF_8)
                        .toUpperCase(Locale.ROOT)
                        .getBytes(UTF_8)))
                .get()),
        TWO_REPLIES(() -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                datagram().reply(Unpooled.copiedBuffer("first", UTF_8));
                datagram().answer().writeBytes("second".getBytes(UTF_8));
            }
        }),
        TRUNCATION(() -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                ByteBuf content = datagram().content();
                datagram()
                        .answer()
                        .writeBytes((datagram().isTruncated() + " " + content.toString(UTF_8)).getBytes(UTF_8));
            }
        }),
        WITHOUT_A_COPY(() -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                datagram().reply(datagram().content());
            }
        });

        final Supplier<DatagramRequestHandler> handlers;

        Case(Supplier<DatagramRequestHandler> handlers) {
            this.handlers = handlers;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theAnswersAreThoseOfAServer(Case handler) throws Exception {
        List<String> input = List.of("hello", "longer than eight", "last");
        List<String> inMemory;
        try (var datagrams = InMemoryDatagrams.to(new UdpServer(SMALL, handler.handlers))) {
            input.forEach(datagrams::send);
            inMemory = datagrams.received();
        }
        List<String> overASocket = new ArrayList<>();
        try (var server = new UdpServer(SMALL, handler.handlers)) {
            server.start();
            try (TestDatagramClient client = TestDatagramClient.to(server.address())) {
                for (String text : input) {
                    client.send(text);
                    for (int i = 0; i < inMemory.size() / input.size(); i++) {
                        overASocket.add(client.receiveText());
                    }
                }
            }
        }
        assertThat(inMemory).isEqualTo(overASocket).hasSizeGreaterThanOrEqualTo(input.size());
    }

    @Test
    void anEmptyDatagramIsServed() {
        List<Integer> lengths = new ArrayList<>();
        try (var datagrams =
                InMemoryDatagrams.to(DatagramRequestHandler.of((in, out) -> lengths.add(in.readAllBytes().length)))) {
            datagrams.send("");
            assertThat(lengths).containsExactly(0);
            assertThat(datagrams.receivedBytes()).as("nothing was written").isEmpty();
        }
    }

    @Test
    void whatAHandlerThrewIsTheCauseAndNothingIsSent() {
        Supplier<DatagramRequestHandler> handlers = DatagramRequestHandler.of((in, out) -> {
            out.write(1);
            throw new IOException("on purpose");
        });
        try (var datagrams = InMemoryDatagrams.to(handlers)) {
            assertThat(datagrams.sendToFailure(new byte[1])).hasMessage("on purpose");
            assertThatThrownBy(() -> datagrams.send("x"))
                    .isInstanceOf(AssertionError.class)
                    .hasRootCauseMessage("on purpose");
            assertThat(datagrams.received()).isEmpty();
        }
    }

    @Test
    void aHandlerThatWasToThrowAndDidNotFailsTheTest() {
        try (var datagrams = InMemoryDatagrams.to(DatagramRequestHandler.of((in, out) -> out.write('x')))) {
            assertThatThrownBy(() -> datagrams.sendToFailure(new byte[1]))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("threw nothing; the peer has received [x]");
        }
    }

    @Test
    void anAnswerThatNoDatagramCanCarryIsRefused() {
        try (var datagrams =
                InMemoryDatagrams.to(DatagramRequestHandler.of((in, out) -> out.write(new byte[65_508])))) {
            assertThat(datagrams.sendToFailure(new byte[1])).hasMessageContaining("longer than the 65507");
        }
    }

    @Test
    void theHandlerSeesTheAddressesAndTheServerIsAskedFirst() {
        var peer = new InetSocketAddress("192.0.2.1", 1234);
        var here = new InetSocketAddress("192.0.2.2", 7007);
        List<Object> seen = new ArrayList<>();
        var server =
                new UdpServer(SMALL, () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() {
                        seen.add(datagram().remoteAddress());
                        seen.add(datagram().localAddress());
                    }
                }) {
                    @Override
                    protected boolean verifyRequest(Datagram datagram) {
                        return datagram.content().readableBytes() > 1;
                    }
                };
        try (var datagrams = InMemoryDatagrams.to(server).remoteAddress(peer).localAddress(here)) {
            datagrams.send("1").send("22");
        }
        assertThat(seen).containsExactly(peer, here);
    }

    @Test
    void aLateAnswerIsReceivedAndHasToBeClosed() throws Exception {
        List<LateAnswer> later = new ArrayList<>();
        var datagrams = InMemoryDatagrams.to(() -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                later.add(datagram().answerLater());
            }
        });
        datagrams.send("?");
        assertThat(datagrams.received()).isEmpty();
        later.get(0).send(Unpooled.copiedBuffer("late", UTF_8));
        assertThat(datagrams.received()).containsExactly("late");

        assertThatThrownBy(datagrams::close).isInstanceOf(AssertionError.class).hasMessageContaining("not closed");
        later.get(0).close();
        datagrams.close();
    }

    @Test
    void anAnswerLargerThanTheServerAllowsIsTheHandlersFailure() {
        var server = new UdpServer(
                SMALL.toBuilder().maxAmplification(1).build(),
                DatagramRequestHandler.of((in, out) -> out.write(new byte[9])));
        try (var datagrams = InMemoryDatagrams.to(server)) {
            assertThat(datagrams.sendToFailure(new byte[8])).isInstanceOf(LimitExceededException.class);
            assertThat(datagrams.received()).isEmpty();
        }
    }

    @Test
    void contentThatIsRetainedAndNotReleasedFailsTheTest() {
        List<ByteBuf> kept = new ArrayList<>();
        var datagrams = InMemoryDatagrams.to(() -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                kept.add(datagram().content().retain());
            }
        });
        datagrams.send("x");

        assertThatThrownBy(datagrams::close).isInstanceOf(AssertionError.class).hasMessageContaining("not released");
        kept.get(0).release();
        datagrams.close();
    }
}
