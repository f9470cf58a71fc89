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

    /** Gets ready to work; called once, and again after each pause that followed a failure. */
    abstract void start();

    /** Begins an operation that was meant to begin at {@code intended}. */
    abstract void begin(long intended);

    /** Sends what was begun. */
    abstract void flush();

    /** The channel is connected, or can be read or written. */
    abstract void ready();

    /** Fails what has taken longer than {@code loop.timeoutNanos()}. */
    abstract void checkTimeout(long now);

    /** Closes the channel, if there is one, and forgets what was under way. */
    abstract void close();

    /** The run is about to end. */
    void drain() {}

    /** The first attempt to connect has ended, in whichever way. */
    final void settled() {
        if (!settled) {
            settled = true;
            loop.settled();
        }
    }

    /** An operation ended well. */
    final void succeeded(long intended) {
        pause = FIRST_PAUSE;
        stats.succeeded(loop.now() - intended);
    }

    /** {@code operations}, or only the connection itself, ended with {@code failure}; starts again after a pause. */
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

    /** Called now and then by the loop. */
    final void sweep(long now) {
        if (!pausing) {
            checkTimeout(now);
        } else if (now - retryAt >= 0 && !loop.isDraining()) {
            pausing = false;
            start();
        }
    }
}
