package dev.socketserver.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.StreamRequestHandler;
import dev.socketserver.UnixServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A JVM of its own that binds a Unix server when told to. It reads {@code bind} and {@code close}, and answers each by
 * a line: {@code bound}, {@code closed}, or why the server was refused.
 */
public final class UnixStarter implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private UnixStarter(Process process) {
        this.process = process;
        answers = process.inputReader(UTF_8);
    }

    /** Starts the JVM for servers at that path. */
    public static UnixStarter at(Path path) throws IOException {
        return new UnixStarter(new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UnixStarter.class.getName(),
                        path.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** The JVM's program. */
    public static void main(String[] args) throws IOException {
        var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        UnixServer server = server(args[0]);
        System.out.println("here");
        String command = commands.readLine();
        while (command != null) {
            if (command.equals("bind")) {
                System.out.println(bind(server));
            } else {
                server.close();
                server = server(args[0]);
                System.out.println("closed");
            }
            command = commands.readLine();
        }
        server.close();
    }

    private static UnixServer server(String path) {
        return new UnixServer(Path.of(path), StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    private static String bind(UnixServer server) throws IOException {
        try {
            server.bind();
            return "bound";
        } catch (BindException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Sends a command. */
    public UnixStarter tell(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    /** Returns the next line that comes. */
    public String answer() throws IOException {
        return Objects.requireNonNull(answers.readLine(), "the JVM has ended");
    }

    /** Ends the JVM as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        ChildProcess.awaitExit(process);
    }

    @Override
    public void close() throws IOException {
        kill();
        answers.close();
        process.getOutputStream().close();
    }
}
