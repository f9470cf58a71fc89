package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metrics of a server's pool as published by its metrics endpoint: in Prometheus' text format, with the names of
 * {@link dev.socketserver.pool.PoolMeters}. The values of several pools are added up. Immutable and thread-safe.
 */
public final class PoolMetrics {
    /** Long enough for a server that is almost saturated by the load. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int PIECE_BYTES = 8 << 10;
    private static final int MAX_BYTES = 16 << 20;

    private static final String WORKERS = "workers";
    private static final String BUSY = "state=\"busy\"";

    /** One line; a timestamp may follow. Prometheus' own library writes this format but cannot read it. */
    private static final Pattern FIGURE = Pattern.compile(
            "^elastic_pool_(workers|queue_size)\\{(.*)}[ \\t]+(\\d+(?:\\.\\d+)?(?:E\\d+)?)", Pattern.MULTILINE);

    private final URI url;
    private final int patienceMillis;

    /**
     * Creates the metrics at {@code url}, without reading them yet.
     *
     * @param url an {@code http} or {@code https} URL, such as {@code http://127.0.0.1:8080/metrics}
     */
    public PoolMetrics(URI url) {
        this(url, PATIENCE);
    }

    PoolMetrics(URI url, Duration patience) {
        this.url = url;
        this.patienceMillis = Math.toIntExact(patience.toMillis());
    }

    /**
     * Requests the metrics; blocks until they have been read.
     *
     * @throws IOException if there is no answer within five seconds, or it contains no pool; the message names the URL
     */
    public PoolSample read() throws IOException {
        try {
            return parse(text());
        } catch (UnknownHostException e) {
            throw new IOException(url + ": unknown host", e);
        } catch (IOException e) {
            throw new IOException(url + ": " + e.getMessage(), e);
        }
    }

    private String text() throws IOException {
        var connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(patienceMillis);
        connection.setReadTimeout(patienceMillis);
        try {
            int status = connection.getResponseCode();
            if (status != HttpURLConnection.HTTP_OK) {
                throw new IOException("answered with status " + status);
            }
            try (InputStream in = connection.getInputStream()) {
                return readAll(in);
            }
        } finally {
            connection.disconnect();
        }
    }

    /** Limits the total time; the connection's timeout applies to each read. */
    private String readAll(InputStream in) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        var text = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            text.write(piece, 0, count);
            if (System.nanoTime() - deadline > 0) {
                throw new SocketTimeoutException("the response did not end within " + patienceMillis + " ms");
            }
            if (text.size() > MAX_BYTES) {
                throw new IOException("the response has more than " + MAX_BYTES + " bytes");
            }
        }
        return text.toString(UTF_8);
    }

    static PoolSample parse(String text) throws IOException {
        int workers = 0;
        int busy = 0;
        int queued = 0;
        boolean found = false;
        Matcher figure = FIGURE.matcher(text);
        while (figure.find()) {
            int value = (int) Double.parseDouble(figure.group(3));
            if (!figure.group(1).equals(WORKERS)) {
                queued += value;
                continue;
            }
            found = true;
            workers += value;
            if (figure.group(2).contains(BUSY)) {
                busy += value;
            }
        }
        if (!found) {
            throw new IOException("has no metric elastic_pool_workers");
        }
        return new PoolSample(workers, busy, queued);
    }
}
