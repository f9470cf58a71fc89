package dev.socketserver.internal.run;

import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A bound socket that requests come from. {@link #accept} is for the accepting thread, the rest thread-safe.
 *
 * <pre>
 *   OPEN ──lastCall()──▶ LAST CALL ──nothing left to take──▶ CLOSED ──release()──▶ RELEASED
 *    └────────────────────────── close() ──────────────────────▶
 * </pre>
 */
public interface Endpoint {
    /** Returns what brings the requests that are accepted from here on to the threads that serve them; called once. */
    Intake open(RunContext run) throws IOException;

    /** Returns the address that is bound; also after the socket was closed. */
    SocketAddress address();

    /**
     * Waits for one request.
     *
     * @param deadline when to give up, on the {@code nanoTime} clock
     * @return null if none came in time
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits; the flag stays set
     * @throws java.nio.channels.ClosedChannelException if no request can come any more
     * @throws IOException if accepting failed
     */
    @Nullable
    OpenRequest accept(long deadline) throws IOException;

    /** Returns whether a request may still come. */
    boolean isAccepting();

    /** Lets the accepting thread take what the system has queued by now, and close the socket then. */
    void lastCall();

    /** Closes the socket, which ends the accepting. Has no effect if it is closed. */
    void close();

    /** Gives up what was accepted and cannot be served yet. */
    void abandon();

    /** Frees what accepted requests used; after the last one has ended. */
    void release();
}
