package dev.socketserver.bench.server;

import com.google.gson.Gson;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures one server under one workload once: both in new processes, which are gone afterwards.
 *
 * @param client what the client runs on
 * @param clientThreads threads that drive its connections, 0 for as many as the load tester takes
 * @param times how long to load the server, unless the workload asks for more
 * @param conditions what makes it hard for the server
 * @param folder where the processes' output goes
 */
record Trial(Jvm client, int clientThreads, Times times, Conditions.InForce conditions, Path folder) {
    /** How much longer than meant a client may take, to connect and to let what is under way end. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * Runs it.
     *
     * @throws IOException if server or client did not work; the message says how
     */
    Observation run(Contender contender, Workload workload) throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = conditions.apply(contender.command(workload, port));
        try (var server = ServerProcess.start(command, folder.resolve("server.log"))) {
            return load(server, workload, port);
        }
    }

    /** Returns a port of loopback that is free now. */
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Observation load(ServerProcess server, Workload workload, int port)
            throws IOException, InterruptedException {
        Path output = folder.resolve("client.json");
        Path errors = folder.resolve("client.log");
        Times own = workload.times(times);
        Process process = new ProcessBuilder(command(server, workload, port, own))
                .redirectOutput(output.toFile())
                .redirectError(Redirect.to(errors.toFile()))
                .start();
        try {
            Duration limit = own.warmup().plus(own.duration()).plus(PATIENCE);
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the client did not end within " + limit.toSeconds() + " s");
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        if (process.exitValue() != 0) {
            throw new IOException("the client failed: " + firstLine(errors));
        }
        return new Gson().fromJson(Files.readString(output), Observation.class);
    }

    private List<String> command(ServerProcess server, Workload workload, int port, Times own) {
        return client.command(
                "client",
                "--port=" + port,
                "--server=" + server.handle().pid(),
                "--workload=" + workload.id(),
                "--seconds=" + own.duration().toMillis() / 1e3,
                "--warmup=" + own.warmup().toMillis() / 1e3,
                "--threads=" + clientThreads);
    }

    /** Returns the first line of a program's error output that is not blank. */
    static String firstLine(Path errors) throws IOException {
        try (var lines = Files.lines(errors, StandardCharsets.UTF_8)) {
            return lines.filter(line -> !line.isBlank()).findFirst().orElse("it said nothing");
        }
    }
}
