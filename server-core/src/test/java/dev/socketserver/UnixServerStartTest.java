package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.UnixStarter;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the socket file of a Unix-domain server comes into being. */
@Timeout(120)
@EnabledOnOs({OS.LINUX, OS.MAC})
@SuppressWarnings("try") // closed early on purpose
class UnixServerStartTest {
    private static final int ROUNDS = 400;

    @TempDir
    Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void choosePath() {
        path = directory.resolve("socket");
    }

    /** What is at the path when servers start there. */
    private enum Before {
        NOTHING,
        STALE_FILE
    }

    private UnixServer echo() {
        return new UnixServer(path, StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    private void prepare(Before before) throws IOException {
        Files.deleteIfExists(path);
        if (before == Before.STALE_FILE) {
            makeStale(path);
        }
    }

    private static void makeStale(Path file) throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(file))
                .close();
        assertThat(file).exists();
    }

    private void checkServed() throws IOException {
        try (TestClient client = TestClient.to(UnixDomainSocketAddress.of(path))) {
            assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
        }
    }

    private void checkNothingElseIsThere() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(path);
        }
    }

    private void checkOneBound(List<String> answers) throws IOException {
        assertThat(answers)
                .containsOnlyOnce("bound")
                .filteredOn(answer -> !answer.equals("bound"))
                .hasSize(1)
                .allMatch(answer -> answer.equals("cannot listen on " + path + ": another server listens there")
                        || answer.equals("cannot listen on " + path + ": another server is starting there"));
        TestClient.to(UnixDomainSocketAddress.of(path)).close();
        checkNothingElseIsThere();
    }

    @ParameterizedTest
    @EnumSource
    void ofTwoJvmsThatStartAtTheSameTimeOneWins(Before before) throws Exception {
        try (UnixStarter first = UnixStarter.at(path);
                UnixStarter second = UnixStarter.at(path)) {
            assertThat(List.of(first.answer(), second.answer())).containsOnly("here");
            for (int round = 0; round < ROUNDS; round++) {
                prepare(before);
                first.tell("bind");
                second.tell("bind");
                checkOneBound(List.of(first.answer(), second.answer()));
                first.tell("close");
                second.tell("close");
                assertThat(List.of(first.answer(), second.answer())).containsOnly("closed");
                assertThat(path).doesNotExist();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTwoThreadsThatStartAtTheSameTimeOneWins(Before before) throws Exception {
        var barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            prepare(before);
            try (UnixServer first = echo();
                    UnixServer second = echo()) {
                FutureTask<String> other = bind(second, barrier);
                new Thread(other, "second").start();
                FutureTask<String> mine = bind(first, barrier);
                mine.run();
                checkOneBound(List.of(mine.get(), other.get()));
            }
            assertThat(path).doesNotExist();
        }
    }

    private static FutureTask<String> bind(UnixServer server, CyclicBarrier barrier) {
        return new FutureTask<>(() -> {
            barrier.await();
            try {
                server.bind();
                return "bound";
            } catch (BindException e) {
                return String.valueOf(e.getMessage());
            }
        });
    }

    @Test
    void nobodyEverSeesOtherPermissionsThanTheConfigured() throws Exception {
        ServerConfig config = ServerConfig.builder()
                .address(UnixDomainSocketAddress.of(path))
                .socketPermissions(PosixFilePermissions.fromString("rw-------"))
                .build();
        var done = new AtomicBoolean();
        Set<String> ofFile = ConcurrentHashMap.newKeySet();
        Set<String> ofDirectory = ConcurrentHashMap.newKeySet();
        var watcher = new Thread(
                () -> {
                    while (!done.get()) {
                        see(path, ofFile);
                        see(directory.resolve("socket~"), ofDirectory);
                    }
                },
                "watcher");
        watcher.start();
        try {
            for (int round = 0; round < ROUNDS || ofFile.isEmpty(); round++) { // until the watcher has run, too
                try (var server = new UnixServer(config, StreamRequestHandler.of((in, out) -> {}))) {
                    server.bind();
                }
            }
        } finally {
            done.set(true);
            watcher.join();
        }
        assertThat(ofFile).containsOnly("rw-------");
        assertThat(ofDirectory).isSubsetOf("rwx------");
    }

    private static void see(Path file, Set<String> seen) {
        try {
            seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)));
        } catch (IOException expected) {
            // It is not there at this moment.
        }
    }

    @Test
    void theHandlerIsToldThePathAlthoughTheSocketWasBoundToAnother() throws Exception {
        try (var server = new UnixServer(path, StreamRequestHandler.of((in, out) -> {})) {
            @Override
            protected void finishRequest(StreamConnection request) throws Exception {
                request.out().write(String.valueOf(request.localAddress()), UTF_8);
            }
        }) {
            server.start();
            assertThat(server.address()).isEqualTo(UnixDomainSocketAddress.of(path));
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo(path.toString());
            }
        }
    }

    @Test
    void theFileOfAJvmThatWasKilledIsReplaced() throws Exception {
        try (UnixStarter starter = UnixStarter.at(path)) {
            assertThat(starter.answer()).isEqualTo("here");
            assertThat(starter.tell("bind").answer()).isEqualTo("bound");
            try (UnixServer second = echo()) {
                assertThatThrownBy(second::bind).hasMessageEndingWith("another server listens there");
                starter.kill();
                assertThat(path).exists();
                second.start();
                checkServed();
            }
        }
    }

    /** What a server leaves behind that dies while it starts, at each step. */
    private enum Leftover {
        LOCK_FILE,
        DIRECTORY,
        BOUND_SOCKET,
        LINKED_SOCKET
    }

    @ParameterizedTest
    @EnumSource
    void whatAServerLeftBehindThatDiedWhileItStartedIsRemoved(Leftover leftover) throws Exception {
        Files.createFile(directory.resolve("socket.lock"));
        Path bound = directory.resolve("socket~").resolve("s");
        if (leftover.compareTo(Leftover.DIRECTORY) >= 0) {
            Files.createDirectory(bound.getParent());
        }
        if (leftover.compareTo(Leftover.BOUND_SOCKET) >= 0) {
            makeStale(bound);
        }
        if (leftover == Leftover.LINKED_SOCKET) {
            Files.createLink(path, bound);
        }
        try (UnixServer server = echo()) {
            server.start();
            checkServed();
            checkNothingElseIsThere();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aForeignServerThatBindsInTheMeantimeIsNotDisplaced() throws Exception {
        var file = new SocketFile(path);
        List<ServerSocketChannel> open = new ArrayList<>();
        try {
            assertThatThrownBy(() -> file.create(PosixFilePermissions.fromString("rw-------"), address -> {
                        open.add(ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                                .bind(address));
                        open.add(ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                                .bind(UnixDomainSocketAddress.of(path)));
                    }))
                    .isInstanceOf(BindException.class)
                    .hasMessage("cannot listen on " + path + ": " + path + " is in the way");
            file.remove();
            checkNothingElseIsThere();
            try (TestClient client = TestClient.to(UnixDomainSocketAddress.of(path))) {
                open.get(1).accept().close();
                assertThat(client.readAll()).isEmpty();
            }
        } finally {
            for (ServerSocketChannel channel : open) {
                channel.close();
            }
        }
    }

    @Test
    void aFailureToBindLeavesNothingBehind() throws Exception {
        assertThatThrownBy(() -> new SocketFile(path).create(Set.of(), address -> {
                    throw new BindException("the test says so");
                }))
                .isInstanceOf(BindException.class)
                .hasMessage("the test says so");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFileInPlaceOfThePrivateDirectoryIsRefusedAndLeftAlone() throws Exception {
        Path other = Files.writeString(directory.resolve("socket~"), "somebody's data");
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::bind)
                    .isInstanceOf(BindException.class)
                    .hasMessage("cannot listen on " + path + ": " + other + " is in the way");
        }
        assertThat(other).hasContent("somebody's data");
    }

    @Test
    void aDirectoryWithOtherFilesInPlaceOfThePrivateOneIsRefusedAndLeftAlone() throws Exception {
        Path other = directory.resolve("socket~");
        Files.createDirectory(other);
        Files.writeString(other.resolve("s"), "somebody's data");
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::bind)
                    .isInstanceOf(BindException.class)
                    .hasMessage("cannot listen on " + path + ": " + other + " is in the way");
        }
        assertThat(other.resolve("s")).hasContent("somebody's data");
    }

    @Test
    void aLinkInPlaceOfTheLockFileIsRefusedAndNotFollowed() throws Exception {
        Path target = directory.resolve("target");
        Files.createSymbolicLink(directory.resolve("socket.lock"), target);
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::bind)
                    .isInstanceOf(BindException.class)
                    .hasMessageStartingWith("cannot listen on " + path + ": ");
        }
        assertThat(target).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDirectoryThatIsNotWritableIsRefusedWithTheFileThatCannotBeMade() throws Exception {
        path = Path.of("/sys/kernel/socket"); // not even by root
        assumeThat(Path.of("/sys/kernel")).isDirectory();
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::bind)
                    .isInstanceOf(BindException.class)
                    .hasMessage("cannot listen on " + path + ": permission denied: " + path + ".lock");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thePathMayHaveUpTo103Bytes() throws Exception {
        int free = 103 - directory.toString().length() - 1;
        path = directory.resolve("x".repeat(free));
        try (UnixServer server = echo()) {
            server.start();
            checkServed();
        }
        path = directory.resolve("x".repeat(free + 1));
        try (UnixServer server = echo()) {
            assertThatThrownBy(server::bind)
                    .isInstanceOf(BindException.class)
                    .hasMessage("cannot listen on " + path + ": Unix domain path too long");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aRelativePathIsBoundInTheWorkingDirectory() throws Exception {
        path = Path.of("target-of-a-test.socket");
        try (UnixServer server = echo()) {
            server.start();
            checkServed();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aLockThatAnotherProcessHoldsIsNotTaken() throws Exception {
        Path file = directory.resolve("lock");
        try (StartLock lock = StartLock.take(file)) {
            assertThat(lock).isNotNull();
            assertThat(file).exists();
        }
        assertThat(file).doesNotExist();
        Path stale = Files.createFile(file);
        try (FileChannel earlier = FileChannel.open(stale, StandardOpenOption.WRITE)) {
            Files.delete(stale);
            try (StartLock lock = StartLock.take(file)) {
                assertThat(lock).as("a lock on the file of that name").isNotNull();
                assertThat(earlier.tryLock())
                        .as("a file without a name can still be locked")
                        .isNotNull();
            }
        }
    }
}
