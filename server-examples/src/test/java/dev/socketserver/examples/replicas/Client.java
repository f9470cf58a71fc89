package dev.socketserver.examples.replicas;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks one request after another, each with a content of its own, and waits for its echo.
 *
 * <p>A client that keeps its connection does what an HTTP client does: if the peer has closed it, and not a byte of the
 * answer has come, it asks the same request again on a new connection. Nothing else is forgiven, not even that on a new
 * connection.
 *
 * <p>Runs in a thread of its own; the accessors are for any thread.
 */
final class Client implements Runnable {
    private static final int REQUEST_BYTES = 64;

    /**
     * How long a client that does not keep its connection waits before it opens the next. Closed connections hold their
     * local port for a minute, those that an engine's proxy makes to a container, too: without the pause all scenarios
     * together use up the 28,000 that a machine has, and then every connection fails at once.
     */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final String name;
    private final InetSocketAddress server;
    private final boolean keeps;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong carriedOn = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;
    private volatile @Nullable Socket connection; // written by the client's thread

    Client(String name, InetSocketAddress server, boolean keeps) {
        this.name = name;
        this.server = server;
        this.keeps = keeps;
    }

    String name() {
        return name;
    }

    long answered() {
        return answered.get();
    }

    long carriedOn() {
        return carriedOn.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    boolean hasLostAConnection() {
        return carriedOn() > 0 || !failures.isEmpty();
    }

    /** Lets it end after its current request. */
    void stop() {
        stopping = true;
    }

    /** Ends it at once. */
    void abort() {
        stopping = true;
        disconnect();
    }

    @Override
    public void run() {
        for (long number = 0; !stopping; number++) {
            byte[] request = String.format("%-" + (REQUEST_BYTES - 1) + "s\n", name + " " + number)
                    .getBytes(US_ASCII);
            ask(request);
            if (!keeps) {
                disconnect();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
        disconnect();
    }

    private void ask(byte[] request) {
        while (true) {
            Socket kept = connection;
            int received = 0;
            try {
                Socket current = kept == null ? connect() : kept;
                current.getOutputStream().write(request);
                byte[] answer = new byte[REQUEST_BYTES];
                int count;
                while (received < answer.length
                        && (count = current.getInputStream().read(answer, received, answer.length - received)) >= 0) {
                    received += count;
                }
                if (Arrays.equals(answer, request)) {
                    answered.incrementAndGet();
                    return;
                }
                throw new IOException(received + " bytes of the answer: " + new String(answer, 0, received, US_ASCII));
            } catch (IOException e) {
                disconnect();
                if (kept == null || received > 0 || e instanceof java.net.SocketTimeoutException) {
                    failures.add(new String(request, US_ASCII).strip() + ": " + e);
                    return;
                }
                carriedOn.incrementAndGet();
            }
        }
    }

    private Socket connect() throws IOException {
        var opened = new Socket();
        connection = opened;
        opened.setTcpNoDelay(true);
        opened.setSoTimeout((int) Patience.LIMIT.toMillis());
        opened.connect(server, (int) Patience.LIMIT.toMillis());
        return opened;
    }

    private void disconnect() {
        Socket open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // It is of no use any more in any case.
            }
        }
    }
}
