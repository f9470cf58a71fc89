package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
        for (String command : List.of("--version", "echo --host 127.0.0.1 --port 0")) {
            try (ChildJvm jvm = ChildJvm.startInto(Path.of("/dev/full"), command.split(" ", -1))) {
                assertThat(jvm.awaitExit()).isEqualTo(1);
                assertThat(jvm.err().lines())
                        .singleElement()
                        .asString()
                        .endsWith(": standard output cannot be written");
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
