package dev.socketserver.internal.run;

import java.io.IOException;
import java.net.SocketAddress;

/**
 * A bound socket that requests come from. {@link #accept} is for the accepting thread, the rest thread-safe.
 *
 * <pre>
 *   OPEN ──lastCall()──▶ LAST CALL ──nothing left to take──▶ CLOSED ──release()──▶ RELEASED
 *    └────────────────────────── close() ──────────────────────▶
 * </pre>
 */
public interface Endpoint extends AcceptLoop.Source {
    /** Returns the intake that passes accepted requests to the threads that serve them; called once. */
    Intake open(RunContext run) throws IOException;

    /** Returns the bound address, also after the socket was closed. */
    SocketAddress address();

    /** Called by the accepting thread when it has accepted, and may not do so again for long. */
    default void rest() {}

    /** Keeps the accepting thread from taking more, or lets it go on; it also goes on at the last call. */
    void pause(boolean now);

    /** Makes the accepting thread drain the kernel's queue and then close the socket. */
    void lastCall();

    /** Closes the socket, which ends accepting. Does nothing if it is already closed. */
    void close();

    /** Drops requests that were accepted but cannot be served yet. */
    void abandon();

    /** Frees the resources of accepted requests; called after the last one has ended. */
    void release();
}
