package dev.socketserver.health;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Checks whether the server of a {@link HealthEndpoint} is ready, for images without {@code curl}. */
public final class HealthCheck {
    private static final int TIMEOUT_MILLIS = 4000;

    private HealthCheck() {}

    /**
     * Returns normally if the server is ready, so that the process exits with 0; otherwise throws, so that it exits
     * with 1.
     *
     * @param args the port, on the loopback address, or {@code HOST:PORT}
     * @throws IOException if there is no answer, or the server is not ready
     */
    public static void main(String... args) throws IOException {
        if (args.length != 1) {
            throw new IllegalArgumentException("usage: HealthCheck PORT or HealthCheck HOST:PORT");
        }
        String address = args[0].contains(":") ? args[0] : "127.0.0.1:" + args[0];
        var ready = URI.create("http://" + address + HealthEndpoint.READY).toURL();
        var connection = (HttpURLConnection) ready.openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        int status = connection.getResponseCode();
        connection.disconnect();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException("not ready: " + status);
        }
    }
}
