package dev.socketserver.bench.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Connections that have spoken once and stay silent, until each has to prove that it is still served. */
final class IdleConnections implements AutoCloseable {
    private static final byte[] HELLO = "hello\n".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT_MILLIS = 10_000;

    private final List<Socket> connections = new ArrayList<>();

    private IdleConnections() {}

    static IdleConnections open(InetSocketAddress target, int count) throws IOException {
        var idle = new IdleConnections();
        try {
            for (int i = 0; i < count; i++) {
                idle.open(target);
            }
            return idle;
        } catch (Throwable e) {
            idle.close();
            throw e;
        }
    }

    private void open(InetSocketAddress target) throws IOException {
        Socket connection = new Socket();
        connections.add(connection);
        connection.setSoTimeout(TIMEOUT_MILLIS);
        connection.setTcpNoDelay(true);
        connection.connect(target, TIMEOUT_MILLIS);
        exchange(connection);
    }

    /** Asks on each connection once more; throws {@link IOException} for the first that is not answered. */
    void proveAlive() throws IOException {
        for (Socket connection : connections) {
            exchange(connection);
        }
    }

    private static void exchange(Socket connection) throws IOException {
        connection.getOutputStream().write(HELLO);
        byte[] answer = connection.getInputStream().readNBytes(HELLO.length);
        if (!Arrays.equals(answer, HELLO)) {
            throw new IOException("an idle connection was not answered");
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
