package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Loopback;
import java.io.IOException;
import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server says so if the system gives it a smaller receive buffer than it asked for. */
@Timeout(60)
class ReceiveBufferTest {
    @RegisterExtension
    final CapturedLog written = new CapturedLog(Sockets.class);

    private static int bind(int size) throws IOException {
        ServerConfig config =
                Loopback.config().name("buffered").receiveBufferSize(size).build();
        try (var server = new UdpServer(config, DatagramRequestHandler.of((in, out) -> {}))) {
            server.bind();
            return server.channel().getOption(StandardSocketOptions.SO_RCVBUF);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void oneThatIsCutIsToldOnce() throws Exception {
        int wanted = Integer.MAX_VALUE / 2;
        int got = bind(wanted);
        assertThat(got).isLessThan(wanted);
        assertThat(written.events()).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .startsWith("buffered asked for a receiveBufferSize of " + wanted + " and got " + got);
        });
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aServerOfConnectionsTellsItToo() throws Exception {
        ServerConfig config =
                Loopback.config().receiveBufferSize(Integer.MAX_VALUE / 2).build();
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {}))) {
            server.bind();
        }
        assertThat(written.events()).hasSize(1);
    }

    @Test
    void oneThatIsGivenIsNotWorthALine() throws Exception {
        assertThat(bind(20_000)).isGreaterThanOrEqualTo(20_000);
        assertThat(bind(0)).isPositive();
        assertThat(written.events()).isEmpty();
    }
}
