package dev.socketserver.health;

import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerState;
import dev.socketserver.TcpServer;
import dev.socketserver.health.HttpGetHandler.Response;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Serves health checks over HTTP, on a separate address, and whatever else is to be read there, such as metrics.
 *
 * <table>
 * <caption>Pages</caption>
 * <tr><td>{@code /health/live}</td><td>200 as long as the process answers</td></tr>
 * <tr><td>{@code /health/ready}</td><td>200 while all servers are {@code READY}, 503 otherwise, with the state of
 * the first that is not</td></tr>
 * </table>
 *
 * <p>Keep it open until the servers have drained, so that a load balancer sees that they are not ready. The endpoint is
 * a {@link TcpServer} with a few workers; incomplete requests hold none. It has no access control: let it listen on the
 * loopback address or in a network that you trust. Thread-safe.
 *
 * <pre>{@code
 * try (var health = HealthEndpoint.of(server)
 *         .page("/metrics", "text/plain; version=0.0.4", registry::scrape)
 *         .open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080))) {
 *     server.serveForever();
 * }
 * }</pre>
 */
public final class HealthEndpoint implements AutoCloseable {
    /** The page that says whether the servers are ready. */
    static final String READY = "/health/ready";

    private static final String LIVE = "/health/live";
    private static final String OK = "200 OK";
    private static final String UNAVAILABLE = "503 Service Unavailable";
    private static final int WORKERS = 4;

    /** So that workers are left for health checks, however long it takes to make a page. */
    private static final int PAGES_AT_ONCE = WORKERS / 2;

    private final TcpServer http;

    private HealthEndpoint(InetSocketAddress address, Map<String, Supplier<Response>> pages) {
        ServerConfig config = ServerConfig.builder()
                .name("health")
                .address(address)
                .awaitFirstByte(true)
                .idleTimeout(HttpGetHandler.TIME_LIMIT)
                .readTimeout(HttpGetHandler.TIME_LIMIT)
                .writeTimeout(HttpGetHandler.TIME_LIMIT)
                .pool(PoolConfig.builder()
                        .name("health-worker")
                        .minWorkers(1)
                        .minSpareWorkers(1)
                        .maxWorkers(WORKERS)
                        .build())
                .build();
        http = new TcpServer(config, () -> new HttpGetHandler(pages, System::nanoTime));
    }

    /**
     * Returns a builder for an endpoint.
     *
     * @param servers those that have to be ready
     * @throws IllegalArgumentException if there are none
     */
    public static Builder of(Server... servers) {
        return of(List.of(servers));
    }

    /**
     * Returns a builder for an endpoint.
     *
     * @param servers those that have to be ready, such as the ones of a {@link dev.socketserver.ServerGroup}
     * @throws IllegalArgumentException if there are none
     */
    public static Builder of(Collection<? extends Server> servers) {
        return new Builder(List.copyOf(servers));
    }

    /** The pages of an endpoint that is not open yet. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Supplier<Response>> pages = new HashMap<>();
        private final Semaphore making = new Semaphore(PAGES_AT_ONCE);

        private Builder(List<Server> servers) {
            if (servers.isEmpty()) {
                throw new IllegalArgumentException("there must be a server");
            }
            pages.put(LIVE, () -> Response.text(OK, "live"));
            pages.put(READY, () -> readiness(servers));
        }

        /**
         * Adds a page. Two requests at a time are answered for all added pages together, further ones with status 503,
         * so that health checks never wait for a page that takes long.
         *
         * @param path what comes before a {@code ?} in a request, such as {@code /metrics}
         * @param type its content type
         * @param content returns it, for each request and on several threads; if it throws, or returns null, the answer
         *     has status 500
         * @throws IllegalArgumentException if the path does not begin with a slash, or there is such a page already, or
         *     the type is no field of a header
         */
        public Builder page(String path, String type, Supplier<String> content) {
            Objects.requireNonNull(content, "content");
            if (!path.matches("/[!->@-~]*")) {
                throw new IllegalArgumentException("path must begin with a slash, and have no space or ?: " + path);
            } else if (!type.matches("[ -~]+")) {
                throw new IllegalArgumentException("type must be printable: " + type);
            } else if (pages.containsKey(path)) {
                throw new IllegalArgumentException("path has a page already: " + path);
            }
            pages.put(path, () -> made(path, type, content));
            return this;
        }

        private Response made(String path, String type, Supplier<String> content) {
            if (!making.tryAcquire()) {
                return Response.text(UNAVAILABLE, "others are asking for pages");
            }
            try {
                return new Response(OK, type, Objects.requireNonNull(content.get(), path));
            } finally {
                making.release();
            }
        }

        /**
         * Begins to answer.
         *
         * @param address where to listen; port 0 for a free one
         * @throws IOException if that is not possible
         */
        public HealthEndpoint open(InetSocketAddress address) throws IOException {
            var endpoint = new HealthEndpoint(address, Map.copyOf(pages));
            try {
                endpoint.http.start();
            } catch (BindException e) {
                endpoint.close();
                var failure = new BindException("health endpoint: " + e.getMessage());
                failure.initCause(e);
                throw failure;
            }
            return endpoint;
        }
    }

    private static Response readiness(List<Server> servers) {
        for (Server server : servers) {
            ServerState state = server.state();
            if (state != ServerState.READY) {
                return Response.text(UNAVAILABLE, state.toString());
            }
        }
        return Response.text(OK, ServerState.READY.toString());
    }

    /** Returns the address that the endpoint listens on. */
    public InetSocketAddress address() {
        return (InetSocketAddress) http.address();
    }

    /** Stops answering at once. */
    @Override
    public void close() {
        http.shutdown(Duration.ZERO);
        http.close();
    }
}
