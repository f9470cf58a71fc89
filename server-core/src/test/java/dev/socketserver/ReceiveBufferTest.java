package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.socketserver.peer.Loopback;
import java.io.IOException;
import java.net.StandardSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.LoggerFactory;

/** A server says so if the system gives it a smaller receive buffer than it asked for. */
@Timeout(60)
class ReceiveBufferTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(Sockets.class);
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();

    @BeforeEach
    void listen() {
        written.start();
        logger.addAppender(written);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.setAdditive(true);
        logger.detachAppender(written);
    }

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
        assertThat(written.list).singleElement().satisfies(line -> {
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
        assertThat(written.list).hasSize(1);
    }

    @Test
    void oneThatIsGivenIsNotWorthALine() throws Exception {
        assertThat(bind(20_000)).isGreaterThanOrEqualTo(20_000);
        assertThat(bind(0)).isPositive();
        assertThat(written.list).isEmpty();
    }
}
