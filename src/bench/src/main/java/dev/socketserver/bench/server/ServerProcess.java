package dev.socketserver.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server in a process of its own, from the moment it listens until it is closed. */
final class ServerProcess implements AutoCloseable {
    /** How every server's line begins that says it is ready. */
    static final String LISTENING = "listening";

    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a server and waits until it listens.
     *
     * @param errors where its error output goes
     * @throws IOException if it ends instead; the message has its last words
     */
    static ServerProcess start(List<String> command, Path errors) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(Redirect.to(errors.toFile()))
                .start();
        ServerProcess server = new ServerProcess(process);
        try {
            server.awaitListening(errors);
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    @SuppressWarnings("resource") // the process owns its stream
    private void awaitListening(Path errors) throws IOException {
        var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        @Nullable String line = output.readLine();
        while (line != null && !line.startsWith(LISTENING)) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("the server did not start: " + Trial.firstLine(errors));
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Kills the process; forked children follow by themselves. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
