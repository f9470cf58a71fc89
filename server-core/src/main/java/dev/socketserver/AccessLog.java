package dev.socketserver;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.Printable;

/**
 * A listener that logs every connection and datagram that has ended, in one line at INFO: the server's name, the number
 * of the request, the peer, how long it lasted, and why a connection ended. The logger is
 * {@code dev.socketserver.AccessLog}. Subclass it to hear of other events, too. Thread-safe.
 */
public class AccessLog implements ServerListener {
    private static final Log LOG = Log.of(AccessLog.class);

    /** Creates a listener, for any number of servers. */
    public AccessLog() {}

    /** Logs the line. An override calls this method. */
    @Override
    public void closed(Server server, Request request) {
        String end = request instanceof StreamConnection connection
                ? connection.endedBy().orElse(EndReason.SERVER).name()
                : "DATAGRAM";
        LOG.info(
                "{} #{} {} {} ms {}",
                server.name(),
                request.id(),
                Printable.of(request.remoteAddress()),
                request.age().toMillis(),
                end);
    }
}
