package dev.socketserver;

import dev.socketserver.internal.util.Backoff;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts, blocking, and hands each request on, until the server's channel is closed. A failure (no descriptors left, a
 * connection aborted, no thread to be had) is told to the listener and followed by a pause that grows; it never ends
 * the loop and never makes it spin. Confined to the accepting thread.
 */
class AcceptLoop<R extends Request> {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptLoop.class);

    private final BaseServer<R> server;
    private final RequestRunner<R> runner;
    private final ServerListener listener;
    private final @Nullable Thread caller;
    private final Backoff backoff = new Backoff();
    private final RateLimitedLog failures = new RateLimitedLog(LOG);

    /**
     * Makes a loop.
     *
     * @param caller the thread that is in {@code serveForever} and may be interrupted to stop the server, if any; in
     *     any other thread, an interrupt that a handler left behind must not close the server's socket
     */
    AcceptLoop(BaseServer<R> server, RequestRunner<R> runner, ServerListener listener, @Nullable Thread caller) {
        this.caller = caller;
        this.server = server;
        this.runner = runner;
        this.listener = listener;
    }

    /** Returns when the channel is closed, or, with the interrupt flag set, when this thread is interrupted. */
    void run() {
        boolean goesOn = true;
        while (goesOn && isAccepting()) {
            try {
                R request = server.accept();
                if (request != null) {
                    goesOn = take(request);
                    clearInterrupt();
                    backoff.reset();
                }
            } catch (InterruptedIOException e) {
                goesOn = Thread.currentThread() != caller;
                clearInterrupt();
            } catch (ClosedByInterruptException e) {
                LOG.debug("{} was interrupted", server);
            } catch (ClosedChannelException e) {
                LOG.debug("{} accepts no more", server);
            } catch (IOException | RuntimeException | Error e) {
                failed(e);
            }
        }
    }

    private void clearInterrupt() {
        if (Thread.currentThread() != caller) {
            Thread.interrupted();
        }
    }

    /** Takes a request to where it is served; false if this thread is to accept no more. */
    boolean take(R request) {
        runner.admit(request);
        return true;
    }

    private void failed(Throwable failure) {
        if (!isAccepting()) {
            return;
        }
        server.counters().acceptFailed();
        listener.acceptFailed(failure);
        failures.warn(server + " could not accept, and goes on", failure);
        long end = System.nanoTime() + backoff.next();
        for (long left = end - System.nanoTime(); left > 0 && mayPause(); left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    /** False also for a loop that a hook held up so long that the server has been started again meanwhile. */
    private boolean isAccepting() {
        return !runner.hasEnded() && server.isAccepting();
    }

    private boolean mayPause() {
        return isAccepting() && !Thread.currentThread().isInterrupted();
    }
}
