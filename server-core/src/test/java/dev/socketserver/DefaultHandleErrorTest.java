package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.socketserver.testing.Loopback;
import dev.socketserver.testing.TestClient;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What the log says of a request that failed, unless {@code handleError} is overridden. */
@Timeout(60)
class DefaultHandleErrorTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(BaseServer.class);
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();

    @BeforeEach
    void listen() {
        written.start();
        logger.addAppender(written);
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.setAdditive(true);
        logger.setLevel(null);
        logger.detachAppender(written);
    }

    private void fail(Exception failure) throws Exception {
        try (var server = new TcpServer(Loopback.config().build(), StreamRequestHandler.of((in, out) -> {
            throw failure;
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.awaitEnd();
            }
        }
    }

    @Test
    void aHandlersFaultIsAnErrorWithItsStackAndThePeer() throws Exception {
        fail(new IllegalStateException("says the test"));
        assertThat(written.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).contains("StreamConnection[/127.0.0.1:");
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("says the test");
        });
    }

    @Test
    void aPeersFaultIsOneLineForDebugging() throws Exception {
        fail(new IOException("says the test"));
        assertThat(written.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.DEBUG);
            assertThat(event.getFormattedMessage()).contains("says the test", "StreamConnection[/127.0.0.1:");
            assertThat(event.getThrowableProxy()).isNull();
        });
    }
}
