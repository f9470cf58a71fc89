package dev.socketserver.internal.run;

import dev.socketserver.ServerConfig;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.Printable;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The logging context of requests, if the server's configuration asks for it: while a thread is in the scope of a
 * request, SLF4J's MDC holds the server's name, the request's number and the peer's address. If the MDC fails, requests
 * are served without it. Thread-safe.
 */
final class LoggingContext {
    private static final Log LOG = Log.of(LoggingContext.class);

    private static final String SERVER = "server";
    private static final String CONNECTION = "connection";
    private static final String PEER = "peer";

    private static final Scope NONE = () -> {};

    static {
        Classes.initialize(MethodHandles.lookup(), Previous.class);
    }

    /** The time for which a thread is concerned with a request. Confined to that thread. */
    interface Scope {
        /** Restores what the MDC held before. Never throws. */
        void leave();
    }

    private final @Nullable String server; // null if no context is wanted

    /** Creates the context of the requests of one server. */
    LoggingContext(ServerConfig config) {
        server = config.mdc() ? config.name() : null;
    }

    /** Begins the scope of a request, which may be inside that of another one or of the same. Never throws. */
    Scope enter(OpenRequest request) {
        String name = server;
        return name == null ? NONE : enter(name, request);
    }

    private static Scope enter(String server, OpenRequest request) {
        Scope scope = NONE;
        try {
            scope = new Previous(MDC.get(SERVER), MDC.get(CONNECTION), MDC.get(PEER));
            MDC.put(SERVER, server);
            MDC.put(CONNECTION, Long.toString(request.id()));
            MDC.put(PEER, Printable.of(request.remoteAddress()));
        } catch (Throwable e) {
            LOG.debug("the MDC lacks the context of a request: {}", e);
        }
        return scope;
    }

    /** The values that the MDC held before; null for none. */
    private record Previous(
            @Nullable String server,
            @Nullable String connection,
            @Nullable String peer) implements Scope {
        @Override
        public void leave() {
            restore(SERVER, server);
            restore(CONNECTION, connection);
            restore(PEER, peer);
        }
    }

    private static void restore(String key, @Nullable String previous) {
        try {
            if (previous == null) {
                MDC.remove(key);
            } else {
                MDC.put(key, previous);
            }
        } catch (Throwable e) {
            LOG.debug("the MDC still holds the context of a request: {}", e);
        }
    }
}
