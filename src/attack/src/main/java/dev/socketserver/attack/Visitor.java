package dev.socketserver.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * A well-behaved client: connects, asks one line, reads the answer, and leaves, some {@link #PER_SECOND} times a
 * second. Confined to one thread.
 */
final class Visitor {
    /** When a visit has failed. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How many visits begin in a second, unless one takes too long. */
    static final int PER_SECOND = 50;

    private static final byte[] LINE = "hello\n".getBytes(StandardCharsets.UTF_8);

    /** What visits have met. */
    record Visits(long count, long failures, Duration p50, Duration p99) {}

    private final InetSocketAddress address;
    private final boolean tls;

    /** Creates one that trusts the server, whatever its certificate is, if it has TLS. */
    Visitor(InetSocketAddress address, boolean tls) {
        this.address = address;
        this.tls = tls;
    }

    /** Visits for so long; a visit that failed counts as one that took {@link #PATIENCE}. */
    Visits visit(Duration time) {
        var micros = new Histogram(TimeUnit.MINUTES.toMicros(1), 3);
        long failures = 0;
        long pause = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
        long end = System.nanoTime() + time.toNanos();
        for (long next = System.nanoTime(); next - end < 0; next = Math.max(next + pause, System.nanoTime())) {
            for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            boolean answered = isAnswered();
            failures += answered ? 0 : 1;
            long took = answered ? System.nanoTime() - next : PATIENCE.toNanos();
            micros.recordValue(TimeUnit.NANOSECONDS.toMicros(took));
        }
        return new Visits(micros.getTotalCount(), failures, percentile(micros, 50), percentile(micros, 99));
    }

    private static Duration percentile(Histogram micros, double percent) {
        return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros.getValueAtPercentile(percent)));
    }

    private boolean isAnswered() {
        try (var socket = new Socket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(address, (int) PATIENCE.toMillis());
            return tls ? isAnsweredOverTls(socket) : isAnsweredOn(socket);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isAnsweredOverTls(Socket socket) throws IOException {
        try (Socket secured = TrustingAll.context() // a new one: no session is resumed
                .getSocketFactory()
                .createSocket(socket, "localhost", socket.getPort(), true)) {
            return isAnsweredOn(secured);
        }
    }

    private static boolean isAnsweredOn(Socket socket) throws IOException {
        socket.getOutputStream().write(LINE);
        return Arrays.equals(LINE, socket.getInputStream().readNBytes(LINE.length));
    }
}
