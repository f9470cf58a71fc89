package dev.socketserver.task;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a class with a {@code main} method in a JVM of its own, on the class path of the tests. */
final class ChildJvm {
    /** What it printed on its standard output, and whether it exited in time, with status 0. */
    record Result(List<String> lines, boolean exited) {}

    private final Class<?> main;
    private final List<String> prefix = new ArrayList<>();
    private final List<String> options = new ArrayList<>();

    ChildJvm(Class<?> main) {
        this.main = main;
    }

    /** Adds options of the JVM. */
    ChildJvm options(String... values) {
        options.addAll(List.of(values));
        return this;
    }

    /** Limits the memory that the process may map, in KiB. */
    ChildJvm memoryLimit(int kib) {
        prefix.addAll(List.of("bash", "-c", "ulimit -v " + kib + "; exec \"$@\"", "bash"));
        return this;
    }

    /** Runs the class until it exits or the timeout expires. */
    Result run(Duration timeout, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("child", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                boolean exited = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
                return new Result(Files.readAllLines(output, UTF_8), exited && process.exitValue() == 0);
            } finally {
                process.destroyForcibly();
                process.waitFor();
            }
        } finally {
            Files.delete(output);
        }
    }
}
