package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Loopback;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A server that starts names the options that are set and have no effect on it. */
@Timeout(60)
class UnusedOptionsTest {
    @RegisterExtension
    final CapturedLog written = new CapturedLog(UnusedOptions.class);

    @TempDir
    Path directory;

    /** Returns the defaults, whatever the build sets for the tests of other classes. */
    private static ServerConfig.Builder config() {
        return ServerConfig.builder().address(Loopback.anyPort());
    }

    private static void bindUdp(ServerConfig.Builder config) throws IOException {
        try (var server = new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> {}))) {
            server.bind();
        }
    }

    private static void bindTcp(ServerConfig.Builder config) throws IOException {
        try (var server = new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> {}))) {
            server.bind();
        }
    }

    private void bindUnix(ServerConfig.Builder config) throws IOException {
        config.address(UnixDomainSocketAddress.of(directory.resolve("socket")));
        try (var server = new UnixServer(config.build(), StreamRequestHandler.of((in, out) -> {}))) {
            server.bind();
        }
    }

    private void assertIgnored(String options) {
        assertThat(written.events()).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage()).startsWith("shared[").endsWith(" on it: " + options);
        });
    }

    @Test
    void aServerOfDatagramsHasNoOptionsOfConnections() throws Exception {
        bindUdp(config().name("shared")
                .backlog(7)
                .readTimeout(Duration.ofSeconds(7))
                .maxDatagramSize(7));
        assertIgnored("backlog, readTimeout");
    }

    @Test
    void aTcpServerHasNoOptionsOfDatagramsOrFiles() throws Exception {
        bindTcp(config().name("shared").backlog(7).maxDatagramSize(7).socketPermissions(Set.of()));
        assertIgnored("socketPermissions, maxDatagramSize");
    }

    @Test
    void aUnixServerHasNoOptionsOfTcp() throws Exception {
        bindUnix(ServerConfig.builder().name("shared").backlog(7).tcpNoDelay(false));
        assertIgnored("tcpNoDelay");
    }

    @Test
    void aPoolBesideAnExecutorIsNotUsed() throws Exception {
        bindTcp(config().name("shared")
                .executor(Runnable::run)
                .pool(PoolConfig.builder().maxWorkers(7).build()));
        assertIgnored("pool");
    }

    @Test
    void theNameOfAPoolBesideAnExecutorIsNotWorthALine() throws Exception {
        bindTcp(config().executor(Runnable::run)
                .pool(PoolConfig.builder().name("its-worker").build()));
        assertThat(written.events()).isEmpty();
    }

    @Test
    void aServerThatBlocksHasNoSelectors() throws Exception {
        bindTcp(config().name("shared").engine(Engine.BLOCKING).selectors(1).awaitFirstByte(true));
        assertIgnored("selectors, awaitFirstByte");
    }

    @Test
    void optionsWithAnEffectAreNotNamed() throws Exception {
        bindUdp(config());
        bindTcp(config().selectors(1).awaitFirstByte(true));
        bindUnix(ServerConfig.builder());
        assertThat(written.events()).isEmpty();
    }

    @Test
    void aNewOptionBelongsToTheListOrHasAnEffectOnEachServer() {
        List<String> options = new ArrayList<>(Stream.of(ServerOptions.class.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .map(Field::getName)
                .toList());
        options.removeAll(UnusedOptions.known());
        assertThat(options)
                .as("options that every server uses, or refuses")
                .containsExactlyInAnyOrder(
                        "address",
                        "name",
                        "maxConnections",
                        "acceptRate",
                        "sourceLimits",
                        "accessList",
                        "inheritedSocket",
                        "executor",
                        "engine",
                        "framing",
                        "listener",
                        "mdc",
                        "proxyProtocol",
                        "tls",
                        "maxConnectionAge",
                        "shutdownGrace",
                        "drainDelay",
                        "socketOptions");
    }
}
