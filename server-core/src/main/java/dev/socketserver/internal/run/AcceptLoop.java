package dev.socketserver.internal.run;

import dev.socketserver.internal.util.Backoff;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Accepts requests and hands each on, until the endpoint is closed. A failure (no descriptors left, a connection
 * aborted, no memory, no thread) is reported to the listener and followed by a growing pause; none ends the loop or
 * makes it spin. Confined to the accepting thread, which may be one after another.
 */
public final class AcceptLoop {
    private static final Log LOG = Log.of(AcceptLoop.class);

    /** Where requests come from. {@link #accept} is for the accepting thread, the rest thread-safe. */
    public interface Source {
        /**
         * Waits for one request.
         *
         * @param deadline when to give up, on the {@code nanoTime} clock
         * @return null if none came in time, or the thread is to see whether it is needed elsewhere
         * @throws InterruptedIOException if the thread is interrupted while it waits; the flag stays set
         * @throws ClosedChannelException if no request can come any more
         * @throws IOException if accepting failed
         */
        @Nullable
        OpenRequest accept(long deadline) throws IOException;

        /** Returns whether a request may still come. */
        boolean isAccepting();
    }

    /** What to do with each request that is accepted. */
    public interface Taker {
        /** Takes a request to where it is served; returns false if this thread is to accept no more. */
        boolean take(OpenRequest request);

        /** Returns whether this thread is to wait on, though no request came. */
        default boolean waitsOn() {
            return true;
        }
    }

    private final String server;
    private final Source source;
    private final RequestRunner runner;
    private final GuardedListener listener;
    private final ServerCounters counters;
    private final @Nullable Thread caller;
    private final Backoff backoff = new Backoff();
    private final RateLimitedLog failures = new RateLimitedLog(LOG);

    /**
     * Creates a loop.
     *
     * @param caller the thread that is in {@code serveForever} and may be interrupted to stop the server, if any; any
     *     other thread must not be stopped by an interrupt that a handler left behind
     */
    AcceptLoop(
            String server,
            Source source,
            RequestRunner runner,
            GuardedListener listener,
            ServerCounters counters,
            @Nullable Thread caller) {
        this.server = server;
        this.source = source;
        this.runner = runner;
        this.listener = listener;
        this.counters = counters;
        this.caller = caller;
    }

    /** Accepts for {@link RequestRunner#admit}, as {@link #run(Taker)}. */
    void run() {
        run(request -> {
            runner.admit(request);
            return true;
        });
    }

    /**
     * Returns when the endpoint is closed; when the taker says so; or, with the interrupt flag set, when the caller of
     * {@code serveForever} is interrupted.
     */
    public void run(Taker taker) {
        long never = System.nanoTime() + Long.MAX_VALUE; // in 292 years, and read once, not for each request
        boolean goesOn = true;
        while (goesOn && source.isAccepting()) {
            try {
                goesOn = acceptOne(taker, never);
            } catch (Throwable e) {
                failed(e);
            }
        }
    }

    private boolean acceptOne(Taker taker, long deadline) throws Exception {
        try {
            OpenRequest request = source.accept(deadline);
            boolean goesOn = request == null ? taker.waitsOn() : taker.take(request);
            clearInterrupt();
            backoff.reset();
            return goesOn;
        } catch (InterruptedIOException e) {
            clearInterrupt();
            return Thread.currentThread() != caller;
        } catch (ClosedByInterruptException e) {
            LOG.debug("{} was interrupted", server);
        } catch (ClosedChannelException e) {
            LOG.debug("{} no longer accepts connections", server);
        }
        return true;
    }

    private void clearInterrupt() {
        if (Thread.currentThread() != caller) {
            Thread.interrupted();
        }
    }

    /**
     * Reports a failure, and pauses. Never throws: what failed may be an allocation, and the next one may fail, too.
     */
    private void failed(Throwable failure) {
        if (!source.isAccepting()) {
            return;
        }
        try {
            counters.acceptFailed();
            listener.acceptFailed(failure);
            failures.warn("{} could not accept and will retry", server, failure);
        } catch (Throwable ignored) {
            // Counted or not: accepting goes on.
        }
        long end = System.nanoTime() + backoff.next();
        for (long left = end - System.nanoTime(); left > 0 && mayPause(); left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    private boolean mayPause() {
        return source.isAccepting() && !Thread.currentThread().isInterrupted();
    }
}
