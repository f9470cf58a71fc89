package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
