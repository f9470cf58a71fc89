package dev.socketserver.examples;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.examples.cli.Target;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A server that is installed on this machine, in a process of its own until it is closed. */
final class RealServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final byte[] DATAGRAM = "hello".getBytes(StandardCharsets.US_ASCII);

    private final Process process;

    private RealServer(Process process) {
        this.process = process;
    }

    /** Returns a port that is free now. */
    static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Returns the path of a program; skips the test if it is not installed. */
    static String program(String name, String debianPackage) {
        var found = Stream.of(
                        System.getenv("PATH").split(File.pathSeparator, -1),
                        new String[] {"/usr/sbin", "/usr/local/sbin"})
                .flatMap(Stream::of)
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeThat(found)
                .as("%s is installed (Debian's package %s)", name, debianPackage)
                .isPresent();
        return found.orElseThrow().toString();
    }

    /** Starts a server in a folder, where it leaves what it says, and waits until it listens at {@code target}. */
    static RealServer start(Path folder, String target, String... command) throws IOException {
        Path log = folder.resolve("log");
        var server = new RealServer(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
        try {
            server.awaitListening(Target.parse(target), log);
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    private void awaitListening(Target target, Path log) throws IOException {
        boolean datagrams = target.scheme().filter(Target.Scheme.UDP::equals).isPresent();
        while (true) {
            try {
                if (datagrams) {
                    target.firstListening(DATAGRAM);
                } else {
                    target.firstListening(LIMIT);
                }
                return;
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    throw new IOException("the server has ended: " + Files.readString(log), notYet);
                }
                Thread.onSpinWait();
            }
        }
    }

    /** Kills the server and its children. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }
}
