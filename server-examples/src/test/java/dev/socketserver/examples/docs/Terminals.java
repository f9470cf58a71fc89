package dev.socketserver.examples.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs blocks of commands as somebody would who copies one after another into a terminal, in a copy of the project's
 * folder, and in namespaces of its own: all ports are free, {@code /run} is empty, no traffic leaves it, and nothing
 * survives it.
 */
final class Terminals {
    private static final List<String> NAMESPACES =
            List.of("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc");

    /** What is done before the first block, and how blocks are run. Each writes to a file of its own. */
    private static final String PRELUDE = """
            set -u
            ip link set lo up
            mount -t tmpfs none /run
            export PATH="$PWD/bin:$PATH:/usr/sbin:/sbin"

            fail() {
              echo "$1"
              tail -n 40 -- *.out
              exit 1
            }

            # Waits until what a block prints matches an expression; fails if its process, the third argument, ends.
            await() {
              local end=$((SECONDS + 60))
              until grep -qE -- "$2" "$1.out"; do
                [ -z "${3:-}" ] || kill -0 "$3" 2>/dev/null || grep -qE -- "$2" "$1.out" || fail "$1 has ended"
                [ $SECONDS -lt $end ] || fail "$1 does not print $2"
                sleep 0.05
              done
            }

            # A block that ends, as all goes well.
            ends() {
              bash -euo pipefail "$1.sh" <"$1.in" >"$1.out" 2>&1 || fail "$1 has failed with $?"
              [ -z "$2" ] || grep -qE -- "$2" "$1.out" || fail "$1 did not print $2"
            }

            # A block that stays until it is stopped.
            stays() {
              : >"$1.out"
              bash -euo pipefail "$1.sh" </dev/null >>"$1.out" 2>&1 &
              [ -z "$2" ] || await "$1" "$2" $!
            }
            """;

    private final Path folder;
    private final StringBuilder script = new StringBuilder(PRELUDE);
    private int blocks;

    /**
     * Prepares a copy of the project's folder, or what commands see of it.
     *
     * @param folder an empty folder
     */
    Terminals(Path folder) throws IOException {
        this.folder = folder;
        for (String name : List.of("README.md", "docker", "src")) {
            Files.createSymbolicLink(folder.resolve(name), ShellBlock.PROJECT.resolve(name));
        }
        Path examples = Files.createDirectory(folder.resolve("server-examples"));
        Files.createSymbolicLink(examples.resolve("target"), ShellBlock.PROJECT.resolve("server-examples/target"));
        Path program = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(examples.resolve("bin"), program);
        program(program.resolve("mvn"), """
                # The build has been run: it has made the jar.
                [ "$*" = "-q -DskipTests package" ] && [ -f server-examples/target/server-examples.jar ]
                """);
        program(program.resolve("sockload"), """
                # The load tester, for a shorter time, and on a machine that may be busy.
                case $1 in
                  compare | generate-completion) exec "%1$s" "$@" ;;
                esac
                arguments=()
                while (($#)); do
                  case $1 in
                    -d | --warmup) shift ;;
                    --max-p99) arguments+=(--max-p99 9s) && shift ;;
                    *) arguments+=("$1") ;;
                  esac
                  shift
                done
                exec "%1$s" "${arguments[@]}" -d 500ms --warmup 100ms
                """.formatted(ShellBlock.PROJECT.resolve("server-examples/bin/sockload")));
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/bash\n" + text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    /** Adds a block that ends with 0, after it has printed something that matches; an empty expression is no claim. */
    void ends(String block, String input, String prints) throws IOException {
        String name = add(block);
        Files.writeString(folder.resolve(name + ".in"), input);
        script.append("ends ").append(name).append(' ').append(quoted(prints)).append('\n');
    }

    /** Adds a block that goes on after it has printed something that matches; returns its name. */
    String stays(String block, String prints) throws IOException {
        String name = add(block);
        script.append("stays ").append(name).append(' ').append(quoted(prints)).append('\n');
        return name;
    }

    /** Waits until a block that goes on has printed something that matches, if that is not empty. */
    void prints(String name, String text) {
        if (text.isEmpty()) {
            return;
        }
        script.append("await ").append(name).append(' ').append(quoted(text)).append('\n');
    }

    private String add(String block) throws IOException {
        String name = "block" + ++blocks;
        Files.writeString(folder.resolve(name + ".sh"), block);
        return name;
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** Runs the blocks; fails unless each did what it should. Skips the test where namespaces cannot be made. */
    void run() throws IOException, InterruptedException {
        assumeThat(bash("true").waitFor()).as("network namespaces can be made").isZero();
        Process process = bash(script.toString());
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        } finally {
            process.destroyForcibly(); // and all in its namespace with it
        }
    }

    private Process bash(String commands) throws IOException {
        Path file = Files.writeString(folder.resolve("all.sh"), commands + "\n");
        var command = new ArrayList<>(NAMESPACES);
        if (!System.getProperty("user.name").equals("root")) {
            command.add("--map-root-user");
        }
        command.addAll(List.of("bash", file.toString()));
        var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        process.environment().put("PATH", System.getProperty("java.home") + "/bin:" + System.getenv("PATH"));
        process.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return process.start();
    }
}
