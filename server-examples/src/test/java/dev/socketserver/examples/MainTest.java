package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class MainTest {
    @Test
    void withoutACommandItNamesTheCommands() {
        CommandRun run = CommandRun.of();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains("load");
    }

    @Test
    void anUnknownCommandIsToldInOneLine() {
        CommandRun run = CommandRun.of("dance");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains("dance");
    }

    @Test
    void helpIsNoError() {
        CommandRun run = CommandRun.of("load", "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("--target").contains("--payload");
        assertThat(run.err()).isEmpty();
    }

    /** The JVM's own stream hides it. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void whatCannotBePrintedIsAFailure() throws Exception {
        try (ChildJvm jvm = ChildJvm.startInto(Path.of("/dev/full"), "--version")) {
            assertThat(jvm.awaitExit()).isEqualTo(1);
            assertThat(jvm.err().lines()).singleElement().asString().endsWith(": standard output cannot be written");
        }
    }

    /** A full disk is no reason not to serve. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aServerServesThoughNothingCanBePrinted(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        try (ChildJvm jvm = ChildJvm.startInto(
                        Path.of("/dev/full"), "echo", "--transport", "unix", "--path", path.toString());
                SocketChannel peer = connect(path)) {
            peer.write(ByteBuffer.wrap(new byte[] {'x'}));
            assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(1);
            jvm.signal("TERM");
            assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(jvm.awaitExit()).isZero();
        }
    }

    /** Connects to a server that may still be starting. */
    private static SocketChannel connect(Path path) throws IOException {
        while (true) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(path));
            } catch (SocketException e) {
                Thread.onSpinWait();
            }
        }
    }

    static Stream<String> commands() {
        return Stream.concat(Stream.of(""), Main.commandLine().getSubcommands().keySet().stream());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandTellsTheVersion(String command) {
        CommandRun run = command.isEmpty() ? CommandRun.of("--version") : CommandRun.of(command, "--version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).matches("socketserver \\d+\\.\\d+\\S*\\R");
        assertThat(run.err()).isEmpty();
    }
}
