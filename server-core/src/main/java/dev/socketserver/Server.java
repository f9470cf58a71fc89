package dev.socketserver;

import java.net.SocketAddress;
import java.time.Duration;

/** A server as its listeners and handlers see it. Thread-safe. */
public interface Server extends AutoCloseable {
    /** Returns the server's name, as used in thread names and log lines. */
    String name();

    /**
     * Returns the bound address, with the actual port if the system chose it, even after the server has stopped.
     *
     * @throws IllegalStateException if the server was never bound
     */
    SocketAddress address();

    /**
     * Returns the bound port, even after the server has stopped.
     *
     * @throws IllegalStateException if the server was never bound, or its address has no port
     */
    int port();

    /** Returns the lifecycle state. */
    ServerState state();

    /** Returns the server's current metrics. */
    ServerSnapshot snapshot();

    /**
     * Stops accepting, until {@link #resume()}: the socket stays bound, the system queues connections or datagrams
     * within its limits, and open connections go on. What is being accepted at this moment may still be served. Has an
     * effect on a server that is {@link ServerState#READY} only.
     *
     * @return true if the server is {@link ServerState#PAUSED} now
     */
    boolean pause();

    /**
     * Accepts again after {@link #pause()}. Has an effect on a server that is {@link ServerState#PAUSED} only: not on
     * one that was told to stop.
     *
     * @return true if the server is {@link ServerState#READY} now
     */
    boolean resume();

    /**
     * Stops the server: keeps accepting for the {@code drainDelay}, then accepts the queued connections and no more,
     * closes idle connections at once, lets running requests finish within the grace period, then closes and interrupts
     * the rest. Returns when the server has stopped; a second call waits for the first.
     *
     * <p>If called from inside the server (a handler, a hook), where waiting would deadlock, starts the shutdown and
     * returns at once, with a report that is not {@linkplain DrainReport#complete() complete}.
     *
     * <p>If {@code shutdown} is called before {@code serveForever()}, the next call of {@code serveForever()} returns
     * at once.
     *
     * @return a report on the requests that were open
     */
    DrainReport shutdown(Duration grace);

    /** Shuts the server down permanently, with the configured {@code shutdownGrace}. Further calls do nothing. */
    @Override
    void close();
}
