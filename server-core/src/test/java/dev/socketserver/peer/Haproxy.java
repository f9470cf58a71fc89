package dev.socketserver.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A HAProxy process that forwards TCP connections from one port of the loopback address to a server. */
public final class Haproxy implements AutoCloseable {
    private static final List<Path> PLACES = List.of(Path.of("/usr/sbin/haproxy"), Path.of("/usr/local/sbin/haproxy"));

    private static final String CONFIGURATION = """
            defaults
              mode tcp
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            frontend in
              bind 127.0.0.1:%d %s
              unique-id-format %%[uuid()]
              default_backend out
            backend out
              server s 127.0.0.1:%d %s
            """;

    private final Process process;
    private final InetSocketAddress address;

    private Haproxy(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts it and waits until it listens; skips the test if it is not installed.
     *
     * @param directory for its files
     * @param bindOptions the options of the port that clients connect to
     * @param serverOptions the options of the server
     */
    public static Haproxy start(Path directory, String bindOptions, InetSocketAddress server, String serverOptions)
            throws Exception {
        Optional<Path> executable = PLACES.stream().filter(Files::isExecutable).findFirst();
        assumeThat(executable).as("haproxy is installed in one of %s", PLACES).isPresent();
        var address = new InetSocketAddress(Loopback.anyPort().getAddress(), freePort());
        Path configuration = Files.writeString(
                directory.resolve("haproxy.cfg"),
                CONFIGURATION.formatted(address.getPort(), bindOptions, server.getPort(), serverOptions));
        Path log = directory.resolve("haproxy.log");
        Process process = new ProcessBuilder(
                        executable.orElseThrow().toString(), "-db", "-q", "-f", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var haproxy = new Haproxy(process, address);
        try {
            assertThat(Polling.await(() -> !process.isAlive() || haproxy.accepts()))
                    .as("haproxy listens")
                    .isTrue();
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            return haproxy;
        } catch (Throwable e) {
            haproxy.close();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, Loopback.anyPort().getAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean accepts() {
        try (TestClient probe = TestClient.to(address)) {
            return probe.address() != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns where clients connect to. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        process.destroy();
        ChildProcess.awaitExit(process);
    }
}
