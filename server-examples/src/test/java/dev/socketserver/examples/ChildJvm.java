package dev.socketserver.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command in a JVM of its own, made of the classes under test, so that it can be sent signals. */
public final class ChildJvm implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;

    private ChildJvm(Process process) {
        this.process = process;
    }

    public static ChildJvm start(String... args) throws IOException {
        return start(Main.class, args);
    }

    public static ChildJvm start(Class<?> main, String... args) throws IOException {
        return new ChildJvm(new ProcessBuilder(command(main, args)).start());
    }

    /** Starts a command whose standard output is a file. */
    public static ChildJvm startInto(Path output, String... args) throws IOException {
        return new ChildJvm(new ProcessBuilder(command(Main.class, args))
                .redirectOutput(output.toFile())
                .start());
    }

    private static List<String> command(Class<?> main, String... args) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Starts a command that may have so many descriptors open at most. */
    public static ChildJvm startWithDescriptors(int limit, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.addAll(command(Main.class, args));
        return new ChildJvm(new ProcessBuilder(command).start());
    }

    public BufferedReader out() {
        return process.inputReader();
    }

    public BufferedReader err() {
        return process.errorReader();
    }

    /** Sends a signal such as TERM or INT; through the shell, since a small system has no other {@code kill}. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .waitFor();
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("still running");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
