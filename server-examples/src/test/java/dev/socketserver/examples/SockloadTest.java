package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.examples.load.StreamPeer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The load tester as a program of its own. */
@Timeout(60)
class SockloadTest {
    private static final Path BASH = Path.of("/bin/bash");
    private static final Path LAUNCHER = Path.of("bin/sockload");
    private static final int TERMINAL_COLUMNS = 80;

    @TempDir
    private Path folder;

    @Test
    void loadsAndCompares() throws Exception {
        String json = folder.resolve("a.json").toString();
        try (var echo = new StreamPeer(StreamPeer.ECHO)) {
            CommandRun load = CommandRun.ofSockload(
                    "-n", "10", "--json", json, "127.0.0.1:" + echo.address().getPort());
            assertThat(load.exitCode()).isZero();
            assertThat(load.out()).contains("errors       0");
        }
        assertThat(Files.readString(Path.of(json))).contains("\"command\": \"sockload -n 10 --json ");

        CommandRun compare = CommandRun.ofSockload("compare", json, json);
        assertThat(compare.err()).isEmpty();
        assertThat(compare.out()).contains("B / A");
    }

    @Test
    void helpIsInGroupsAndFitsATerminal() {
        CommandRun help = CommandRun.ofSockload("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out().lines())
                .startsWith("Usage: sockload [OPTIONS] [TARGET] [COMMAND]")
                .containsSubsequence(
                        "Load:", "Messages and answers:", "Connections:", "Results:", "Commands:", "Examples:")
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(TERMINAL_COLUMNS));
    }

    @Test
    void complaintsNameTheProgram() {
        assertThat(CommandRun.ofSockload().err().lines())
                .containsExactly("sockload: --target is missing (see sockload --help)");
        assertThat(CommandRun.ofSockload("--dration", "5").err())
                .startsWith("sockload: unknown option: --dration; did you mean --duration?");
    }

    @ParameterizedTest
    @CsvSource({"sockload --max, --max-errors --max-p99", "sockload --mode re, request", "sockload comp, compare"})
    void bashCompletesOptionsValuesAndCommands(String typed, String completed) throws Exception {
        assumeThat(BASH).exists();
        Path script = Files.writeString(
                folder.resolve("completion"),
                CommandRun.ofSockload("generate-completion").out());
        String[] words = typed.split(" ", -1);
        Process bash = new ProcessBuilder(
                        BASH.toString(),
                        "-c",
                        "compopt() { :; }; source " + script + "; COMP_WORDS=(" + typed + "); COMP_CWORD="
                                + (words.length - 1) + "; _complete_sockload; echo ${COMPREPLY[@]}")
                .redirectErrorStream(true)
                .start();

        assertThat(bash.inputReader().lines()).containsExactly(completed);
        assertThat(bash.waitFor()).isZero();
    }

    @Test
    void theLauncherRunsTheJarFromAnyFolderAndThroughALink() throws Exception {
        Path launcher = copyOfTheLauncher();
        Path jar = Files.createDirectory(folder.resolve("target")).resolve("server-examples.jar");
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("bin/sockload"));

        for (Path script : List.of(launcher, link)) {
            assertThat(run(script, "--version")).singleElement().asString().startsWith("socketserver ");
        }
    }

    @Test
    void withoutTheJarTheLauncherSaysHowToBuildIt() throws Exception {
        assertThat(run(copyOfTheLauncher(), "--version"))
                .singleElement()
                .asString()
                .startsWith("sockload: ")
                .endsWith("server-examples.jar is missing; build it with: mvn -q -DskipTests package");
    }

    private Path copyOfTheLauncher() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("bin")).resolve("sockload");
        return Files.copy(LAUNCHER, copy, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }

    private List<String> run(Path script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).directory(new File("/")).redirectErrorStream(true);
        process.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return process.start().inputReader().lines().toList();
    }
}
