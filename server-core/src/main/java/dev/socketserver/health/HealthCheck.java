package dev.socketserver.health;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks whether the server of a {@link HealthEndpoint} is ready, for images without {@code curl}. */
public final class HealthCheck {
    private static final int TIMEOUT_MILLIS = 4000;
    private static final int MAX_PORT = 65_535;
    private static final Pattern ADDRESS = Pattern.compile("(?:([^:/\\s]+|\\[[^\\]/\\s]+]):)?([0-9]{1,5})");

    private HealthCheck() {}

    /**
     * Returns normally if the server is ready, so that the process exits with 0; otherwise throws, so that it exits
     * with 1, after a line on standard error.
     *
     * @param args the port, on the loopback address, or {@code HOST:PORT}
     * @throws IOException if there is no answer, or the server is not ready
     * @throws IllegalArgumentException if the argument is neither
     */
    public static void main(String... args) throws IOException {
        Thread.currentThread()
                .setUncaughtExceptionHandler((thread, failure) -> System.err.println("HealthCheck: " + failure));
        var connection = (HttpURLConnection) ready(args).openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        int status = connection.getResponseCode();
        connection.disconnect();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException("not ready: " + status);
        }
    }

    private static URL ready(String... args) throws IOException {
        if (args.length != 1) {
            throw new IllegalArgumentException("usage: HealthCheck PORT or HealthCheck HOST:PORT");
        }
        Matcher address = ADDRESS.matcher(args[0]);
        if (!address.matches() || Integer.parseInt(address.group(2)) > MAX_PORT) {
            throw new IllegalArgumentException("must be PORT or HOST:PORT: " + args[0]);
        }
        String host = address.group(1) == null ? "127.0.0.1" : address.group(1);
        return URI.create("http://" + host + ":" + address.group(2) + HealthEndpoint.READY)
                .toURL();
    }
}
