package dev.socketserver.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a class with a {@code main} method in a JVM of its own, on the class path of the tests. */
public final class ChildJvm {
    private ChildJvm() {}

    /** What became of it. */
    public record Result(int exit, String output, String errors) {}

    /** Returns what starts the class, with these options of the JVM; standard input is the caller's to give. */
    public static ProcessBuilder builder(Class<?> main, String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return new ProcessBuilder(command);
    }

    /** Runs the class to its end. */
    public static Result run(Class<?> main, String... options) throws IOException, InterruptedException {
        Path output = Files.createTempFile("child", ".out");
        Path errors = Files.createTempFile("child", ".err");
        try {
            Process process = builder(main, options)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            try {
                int exit = process.waitFor();
                return new Result(
                        exit,
                        Files.readString(output, StandardCharsets.UTF_8),
                        Files.readString(errors, StandardCharsets.UTF_8));
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    /** Sends a process a signal such as TERM; through the shell, since a small system has no other {@code kill}. */
    public static void signal(Process process, String name) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .waitFor();
    }
}
