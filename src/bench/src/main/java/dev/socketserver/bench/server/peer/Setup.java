package dev.socketserver.bench.server.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a server under test is to be set up. Immutable.
 *
 * @param port where to listen, on loopback
 * @param workers the most threads that may serve, for servers that have such a limit; enough for a thread per
 *     connection
 * @param bufferBytes how much to read at a time
 * @param work what each request does before its answer
 * @param tls what the encryption begins with; null for none
 */
public record Setup(
        int port,
        int workers,
        int bufferBytes,
        Work work,
        @Nullable SSLContext tls) {
    /** How many connections the system may hold for the acceptor. */
    static final int BACKLOG = 4096;

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
