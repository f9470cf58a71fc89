package dev.socketserver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.net.ProxyHeaders;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A peer's text reaches messages and logs only with its control characters escaped. */
@Timeout(60)
class PeerTextTest {
    private static final String FORGED = "a\nERROR forged\u001b[2J";
    private static final String ESCAPED = "a\\u000aERROR forged\\u001b[2J";

    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.socketserver");
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final RecordingListener listener = new RecordingListener();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    };

    @TempDir
    Path directory;

    @BeforeEach
    void listen() {
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    private void checkLines(String escaped) {
        assertThat(lines)
                .anyMatch(line -> line.contains(escaped))
                .noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }

    @Test
    void aLineThatIsNoHeader() throws Exception {
        try (var server = new TcpServer(proxied(), StreamRequestHandler.of((in, out) -> {}))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send("PROXY " + FORGED.replace('\n', '\r') + "\r\n").awaitEnd();
            }
            listener.await("closed", 1);
        }
        checkLines(ESCAPED.substring(0, 1) + "\\u000dERROR");
    }

    private ServerConfig proxied() {
        return Loopback.config()
                .proxyProtocol(ProxyProtocol.trusting("127.0.0.1"))
                .listener(listener)
                .build();
    }

    @Test
    void aPathInAHeader() throws Exception {
        try (var server = new TcpServer(proxied(), StreamRequestHandler.of((in, out) -> {
            throw new IllegalStateException("the test says so");
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send(ByteBufUtil.getBytes(
                                ProxyHeaders.binary(ProxyHeaders.PROXY, 0x31, ProxyHeaders.unix(FORGED, "/to"))))
                        .awaitEnd();
            }
            listener.await("closed", 1);
        }
        checkLines(" " + ESCAPED + "]");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void thePathOfAUnixPeer() throws Exception {
        var config = ServerConfig.builder()
                .address(UnixDomainSocketAddress.of(directory.resolve("socket")))
                .listener(listener)
                .build();
        try (var server = new UnixServer(config, StreamRequestHandler.of((in, out) -> {
            throw new IllegalStateException("the test says so");
        }))) {
            server.start();
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.bind(UnixDomainSocketAddress.of(directory.resolve(FORGED)));
                client.connect(server.address());
                assertThat(client.read(ByteBuffer.allocate(1))).isNegative();
            }
            listener.await("closed", 1);
        }
        checkLines(ESCAPED + "]");
    }

    @Test
    void aPeerThatHadToBeForced() {
        var forced = new DrainReport.Forced(
                UnixDomainSocketAddress.of(FORGED), Duration.ofSeconds(1), Optional.empty(), List.of());
        assertThat(forced).hasToString(ESCAPED + " after PT1S in no thread");
    }

    @Test
    void theHostNameInATlsHandshake() throws Exception {
        var config = Loopback.config().tls(TlsSetup.tls()).listener(listener).build();
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {}))) {
            server.start();
            SSLEngine engine = TlsSetup.trusting().createSSLEngine("peer.example.org", 1);
            try (TlsClient client = new TlsClient(TestClient.to(server.address()), engine)) {
                byte[] hello = client.hello();
                String changed = new String(hello, ISO_8859_1).replace("peer.example", "peer\nexample");
                assertThat(changed.getBytes(ISO_8859_1)).isNotEqualTo(hello);
                client.transport().send(changed.getBytes(ISO_8859_1)).awaitEnd();
            }
            listener.await("closed", 1);
        }
        checkLines("peer\\u000aexample");
    }

    @Test
    void whatIsLoggedSeldom() {
        new RateLimitedLog(Log.of(RateLimitedLog.class)).warn("{} failed", "it", new IOException(FORGED));
        checkLines("it failed: java.io.IOException: " + ESCAPED);
    }
}
