package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The socket file of a Unix-domain server. */
@Timeout(60)
@EnabledOnOs({OS.LINUX, OS.MAC})
@SuppressWarnings("try") // closed early on purpose
class UnixServerTest {
    @TempDir
    Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void choosePath() {
        path = directory.resolve("socket");
    }

    private ServerConfig.Builder config() {
        return ServerConfig.builder().address(UnixDomainSocketAddress.of(path));
    }

    private UnixServer echo() {
        return new UnixServer(path, StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    private static void checkServed(UnixServer server) throws IOException {
        try (TestClient client = TestClient.to(server.address())) {
            assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
        }
    }

    private void makeStaleFile() throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path))
                .close();
        assertThat(path).exists();
    }

    @Test
    void theFileIsForOwnerAndGroupUnlessConfigured() throws Exception {
        try (UnixServer server = echo()) {
            server.bind();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-rw----");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rwxrwxrwx"})
    void theFileHasTheConfiguredPermissions(String permissions) throws Exception {
        ServerConfig config = config().socketPermissions(PosixFilePermissions.fromString(permissions))
                .build();
        try (var server = new UnixServer(config, StreamRequestHandler.of((in, out) -> {}))) {
            server.bind();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo(permissions);
        }
    }

    @Test
    void theFileOfAServerThatIsGoneIsReplaced() throws Exception {
        makeStaleFile();
        try (UnixServer server = echo()) {
            server.start();
            checkServed(server);
        }
    }

    @Test
    void theFileOfALiveServerIsRefusedAndLeftAlone() throws Exception {
        try (UnixServer live = echo();
                UnixServer second = echo()) {
            live.start();
            assertThatThrownBy(second::start)
                    .isInstanceOf(BindException.class)
                    .hasMessage("cannot listen on " + path + ": another server listens there");
            checkServed(live);
            second.close();
            checkServed(live);
        }
    }

    @Test
    void theFileOfALiveServerThatIsTooBusyToAnswerIsRefused() throws Exception {
        var address = UnixDomainSocketAddress.of(path);
        List<SocketChannel> queued = new ArrayList<>();
        try (ServerSocketChannel busy =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1)) {
            boolean hasRoom = true;
            while (hasRoom) {
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
                queued.add(client);
                hasRoom = isConnectedAtOnce(client, address);
            }
            try (UnixServer server = echo()) {
                assertThatThrownBy(server::start).hasMessageEndingWith("another server listens there");
            }
            assertThat(path).exists();
            assertThat(busy.isOpen()).isTrue();
        } finally {
            for (SocketChannel client : queued) {
                client.close();
            }
        }
    }

    private static boolean isConnectedAtOnce(SocketChannel client, SocketAddress address) throws IOException {
        client.configureBlocking(false);
        try {
            return client.connect(address);
        } catch (SocketException expected) {
            return false; // "resource temporarily unavailable": the backlog is full
        }
    }

    @Test
    void aFileThatIsNotASocketIsRefusedAndLeftAlone() throws Exception {
        Files.writeString(path, "somebody's data");
        checkRefused();
        assertThat(path).hasContent("somebody's data");
    }

    @Test
    void aDirectoryIsRefused() throws Exception {
        Files.createDirectory(path);
        checkRefused();
    }

    @Test
    void aDanglingLinkIsRefused() throws Exception {
        Files.createSymbolicLink(path, directory.resolve("nowhere"));
        checkRefused();
        assertThat(Files.isSymbolicLink(path)).isTrue();
    }

    @Test
    void aNamedPipeIsRefusedAlthoughItRefusesConnectionsLikeADeadServer() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        checkRefused();
        assertThat(Files.exists(path)).isTrue();
    }

    private void checkRefused() {
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(BindException.class)
                    .hasMessage("cannot listen on " + path + ": there is a file that is not a socket");
        }
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void theFileIsRemovedWhenTheServerStopsAndMadeAgainWhenItServesAgain() throws Exception {
        try (UnixServer server = echo()) {
            for (int i = 0; i < 3; i++) {
                server.start();
                checkServed(server);
                server.shutdown(config().build().shutdownGrace());
                assertThat(path).doesNotExist();
            }
        }
    }

    @Test
    void aFileThatAnotherServerPutInItsPlaceIsNotRemoved() throws Exception {
        try (UnixServer first = echo();
                UnixServer second = echo()) {
            first.start();
            Files.delete(path); // as an impatient administrator does
            second.start();
            first.close();
            assertThat(path).exists();
            checkServed(second);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aFileThatIsGoneDoesNotKeepTheServerFromStopping() throws Exception {
        UnixServer server = echo();
        server.start();
        Files.delete(path);
        server.close();
        assertThat(server.state()).isEqualTo(ServerState.STOPPED);
    }

    @Test
    void aPathThatIsTooLongIsRefusedWithItsName() {
        path = directory.resolve("x".repeat(200));
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(BindException.class)
                    .hasMessageStartingWith("cannot listen on " + path + ": ");
        }
    }

    @Test
    void aDirectoryThatDoesNotExistIsRefusedWithItsName() {
        path = directory.resolve("no").resolve("such");
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(BindException.class)
                    .hasMessageStartingWith("cannot listen on " + path + ": ");
        }
    }
}
