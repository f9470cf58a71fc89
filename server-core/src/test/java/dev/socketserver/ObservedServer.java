package dev.socketserver;

import io.micrometer.observation.ObservationRegistry;
import java.util.function.Supplier;

/** A server named "echo", whose requests are observed, and whose handlers' failures nobody logs. */
final class ObservedServer extends TcpServer {
    private final RequestObservation observation;

    ObservedServer(
            ObservationRegistry registry,
            ServerConfig.Builder config,
            Supplier<? extends StreamRequestHandler> handlers) {
        super(config.name("echo").build(), handlers);
        observation = new RequestObservation(registry);
    }

    @Override
    protected void finishRequest(StreamConnection connection) throws Exception {
        observation.observe(this, connection, () -> super.finishRequest(connection));
    }

    @Override
    protected void handleError(StreamConnection connection, Throwable failure) {}
}
