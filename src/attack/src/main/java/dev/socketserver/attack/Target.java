package dev.socketserver.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server in a process of its own, and what it holds. */
final class Target implements AutoCloseable {
    /** How the line begins that says that a server is ready. */
    static final String LISTENING = "listening";

    /** What a process holds: live threads, open descriptors, resident memory. */
    record Held(int threads, int descriptors, long memoryBytes) {}

    /** Below the ports that the system gives to clients, of which a long attack leaves thousands in use. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(20_000);

    private final Process process;
    private final InetSocketAddress address;
    private final BufferedReader output;

    private Target(Process process, int port) {
        this.process = process;
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts a server, and waits until it listens. */
    static Target start(Subject subject, List<String> javaOptions) throws IOException {
        int port = takePorts(1);
        return listening(new ProcessBuilder(command(subject, port, javaOptions)).redirectError(Redirect.INHERIT), port);
    }

    /** Starts a command of this jar that serves and {@linkplain #ask answers}; waits until it listens. */
    static Target start(int port, List<String> javaOptions, List<String> arguments) throws IOException {
        return listening(new ProcessBuilder(javaCommand(javaOptions, arguments)), port);
    }

    /** Returns the first of so many ports that no other server has. */
    static int takePorts(int count) {
        return NEXT_PORT.getAndAdd(count);
    }

    private static Target listening(ProcessBuilder builder, int port) throws IOException {
        Target target = new Target(builder.start(), port);
        try {
            target.awaitListening();
            return target;
        } catch (Throwable e) {
            target.close();
            throw e;
        }
    }

    private static List<String> command(Subject subject, int port, List<String> javaOptions) throws IOException {
        if (subject == Subject.PYTHON) {
            return List.of("python3", "-B", "-c", pythonSource(), Integer.toString(port));
        }
        return javaCommand(javaOptions, List.of("serve", subject.name(), Integer.toString(port)));
    }

    private static List<String> javaCommand(List<String> javaOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(arguments);
        return command;
    }

    private static String pythonSource() throws IOException {
        try (InputStream in = Target.class.getResourceAsStream("/peers/line_server.py")) {
            if (in == null) {
                throw new IOException("not in the jar: line_server.py");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void awaitListening() throws IOException {
        @Nullable String line = output.readLine();
        if (line == null || !line.startsWith(LISTENING)) {
            throw new IOException("the server did not start");
        }
    }

    /** Returns where it listens. */
    InetSocketAddress address() {
        return address;
    }

    /** Sends a line to the standard input of its process, and returns the line that it answers. */
    @SuppressWarnings("resource") // the process owns its stream
    String ask(String question) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((question + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
        String answer = output.readLine();
        if (answer == null) {
            throw new IOException("the server's process ended instead of answering: " + question);
        }
        return answer;
    }

    /** Returns what its process writes to standard error, which has to be read if it is not this process's own. */
    InputStream log() {
        return process.getErrorStream();
    }

    /** Returns whether its process lives. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns what it holds now; nothing if it has ended. */
    Held held() {
        Path files = Path.of("/proc", Long.toString(process.pid()));
        try (Stream<Path> threads = Files.list(files.resolve("task"));
                Stream<Path> descriptors = Files.list(files.resolve("fd"))) {
            long resident = Files.readAllLines(files.resolve("status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) * 1024)
                    .sum();
            return new Held((int) threads.count(), (int) descriptors.count(), resident);
        } catch (IOException e) {
            return new Held(0, 0, 0);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
