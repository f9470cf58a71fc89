package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams that claim to come from the server itself, to make it answer itself for ever (CVE-2024-2169). */
@Timeout(60)
class ForgedSenderTest {
    private final RecordingListener listener = new RecordingListener();
    private final AtomicInteger calls = new AtomicInteger();

    private final class Echo extends DatagramRequestHandler {
        @Override
        protected void handle() throws Exception {
            calls.incrementAndGet();
            datagram().reply(datagram().content());
        }
    }

    /** Lets a server send a datagram to itself by its own socket, as a forger does with a raw one. */
    private static final class Loop extends UdpServer {
        Loop(ServerConfig config, java.util.function.Supplier<? extends DatagramRequestHandler> handlers) {
            super(config, handlers);
        }

        void sendToItself() throws Exception {
            DatagramChannel socket = channel();
            socket.send(
                    ByteBuffer.wrap(new byte[] {'x'}), new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
        }
    }

    private void checkDropped(ServerConfig.Builder config) throws Exception {
        try (var server = new Loop(config.listener(listener).build(), Echo::new)) {
            server.start();
            server.sendToItself();
            listener.await("rejected", 1);
            try (TestDatagramClient client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("hello").receiveText()).isEqualTo("hello");
            }
            assertThat(server.snapshot().rejectionsByReason().get(Rejection.SENDER))
                    .isEqualTo(1);
        }
        assertThat(calls).hasValue(1);
        assertThat(listener.count("opened")).isEqualTo(listener.count("closed"));
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aDatagramFromTheServersOwnAddressIsDropped(Engine engine) throws Exception {
        checkDropped(Loopback.config().engine(engine));
    }

    @Test
    void aDatagramFromTheServersOwnAddressIsDroppedIfTheServerHasAllAddresses() throws Exception {
        checkDropped(ServerConfig.builder().port(0));
    }
}
