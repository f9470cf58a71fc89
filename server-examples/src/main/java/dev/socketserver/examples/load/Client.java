package dev.socketserver.examples.load;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * One simulated client. Confined to its loop's thread.
 *
 * <p>A client asks its loop for work with {@link ClientLoop#next}; the loop answers with {@link #begin} as soon as an
 * operation is due, and {@link #flush} follows. The client reports the outcome with {@link #succeeded}, {@link #failed}
 * or to its {@link #stats}.
 */
abstract class Client {
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    final ClientLoop loop;
    final StatsRecorder stats;
    private long pause = FIRST_PAUSE;
    private long retryAt;
    private boolean pausing;
    private boolean settled;

    Client(ClientLoop loop, StatsRecorder stats) {
        this.loop = loop;
        this.stats = stats;
    }

    /** Prepares the client; called once, and again after each pause that follows a failure. */
    abstract void start();

    /** Begins an operation that was scheduled for {@code intended}. */
    abstract void begin(long intended);

    /** Sends the operations that have begun. */
    abstract void flush();

    /** Called when the channel is connected, readable or writable. */
    abstract void ready();

    /** Fails operations that have taken longer than {@code loop.timeoutNanos()}. */
    abstract void checkTimeout(long now);

    /** Closes the channel, if any, and discards the operations in progress. */
    abstract void close();

    /** Called when the run is about to end. */
    void drain() {}

    /** Called when the first attempt to connect has succeeded or failed. */
    final void settled() {
        if (!settled) {
            settled = true;
            loop.settled();
        }
    }

    /** Called when an operation has succeeded. */
    final void succeeded(long intended) {
        pause = FIRST_PAUSE;
        stats.succeeded(loop.now() - intended);
    }

    /**
     * Called when {@code operations}, or only the connection itself, have failed; restarts the client after a pause.
     */
    final void failed(int operations, IOException failure) {
        String message = failure.getMessage();
        stats.failed(ErrorKind.of(failure), operations, message == null ? failure.toString() : message);
        if (operations == 0) {
            loop.failedToConnect(stats);
        }
        loop.forget(this);
        close();
        pausing = true;
        retryAt = loop.now() + pause;
        pause = Math.min(pause * 2, LONGEST_PAUSE);
        settled();
    }

    /** Called periodically by the loop. */
    final void sweep(long now) {
        if (!pausing) {
            checkTimeout(now);
        } else if (now - retryAt >= 0 && !loop.isDraining()) {
            pausing = false;
            start();
        }
    }
}
