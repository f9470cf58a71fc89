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
    /** Returns what brings the requests that are accepted from here on to the threads that serve them; called once. */
    Intake open(RunContext run) throws IOException;

    /** Returns the address that is bound; also after the socket was closed. */
    SocketAddress address();

    /** Keeps the accepting thread from taking more, or lets it go on; it also goes on at the last call. */
    void pause(boolean now);

    /** Lets the accepting thread take what the system has queued by now, and close the socket then. */
    void lastCall();

    /** Closes the socket, which ends the accepting. Has no effect if it is closed. */
    void close();

    /** Gives up what was accepted and cannot be served yet. */
    void abandon();

    /** Frees what accepted requests used; after the last one has ended. */
    void release();
}
