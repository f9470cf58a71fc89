package dev.socketserver.examples.health;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Asks a {@link HealthEndpoint} on this machine whether its server is ready, for an image that has no {@code curl}. */
public final class HealthCheck {
    private static final int PATIENCE_MILLIS = 4000;

    private HealthCheck() {}

    /**
     * Returns, so that the process exits with 0, if the server is ready, and throws, so that it exits with 1, if not.
     *
     * @param args the port
     * @throws IOException if nobody answers, or the server is not ready
     */
    public static void main(String... args) throws IOException {
        var ready = URI.create("http://127.0.0.1:" + args[0] + "/health/ready").toURL();
        var connection = (HttpURLConnection) ready.openConnection();
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        int status = connection.getResponseCode();
        connection.disconnect();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException("not ready: " + status);
        }
    }
}
