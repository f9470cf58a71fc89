package dev.socketserver;

import java.net.SocketAddress;
import java.time.Duration;

/** A server as its listeners and handlers see it. Thread-safe. */
public interface Server extends AutoCloseable {
    /** Returns what the server is called in its threads' names and in log lines. */
    String name();

    /**
     * Returns the address that is bound, with the real port if the system chose it; also after the server stopped.
     *
     * @throws IllegalStateException if the server was never bound
     */
    SocketAddress address();

    /**
     * Returns the port that is bound; also after the server stopped.
     *
     * @throws IllegalStateException if the server was never bound, or its address has no port
     */
    int port();

    /** Returns the state. */
    ServerState state();

    /** Returns the server's figures at this moment. */
    ServerSnapshot snapshot();

    /**
     * Stops the server: accepts for the {@code drainDelay}, takes what the system has queued and then no more, ends
     * idle connections at once, lets running requests end within the grace, then closes and interrupts the rest.
     * Returns when all that is done; a second call waits for the first.
     *
     * <p>Called from inside the server (a handler, a hook), where waiting would be a deadlock, it begins the stop and
     * returns at once, with a report that is not {@linkplain DrainReport#complete() complete}.
     *
     * <p>A stop wins over a start that it overtakes: a server that is told to stop before {@code serveForever()} is
     * called returns from the next such call at once.
     *
     * @return what became of the requests
     */
    DrainReport shutdown(Duration grace);

    /** Shuts the server down with the configured {@code shutdownGrace}, for good. Closing twice has no effect. */
    @Override
    void close();
}
