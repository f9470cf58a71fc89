package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.EndReason;
import dev.socketserver.internal.util.Log;
import java.time.Duration;
import java.util.List;

/**
 * Ends the requests of a run: drains the kernel's accept queue, ends idle requests at once, lets running ones finish
 * within the grace period, and forces the rest. Confined to the draining thread, except for {@link #begin}.
 */
final class Drain {
    private static final Log LOG = Log.of(Drain.class);

    /** How long the server waits, when it stops, for the first byte of a peer that has just connected. */
    static final Duration FIRST_BYTE_PATIENCE = Duration.ofSeconds(1);

    /**
     * How long each of these may take to end, one after another: the requests forced after the grace period, the pool's
     * workers, the run's own threads.
     */
    static final Duration FORCED_END = Duration.ofSeconds(1);

    /** How often requests that were forced are looked at that no thread may serve any more. */
    private static final Duration UNSERVED_TICK = Duration.ofMillis(10);

    /** The run that is drained. */
    interface Run {
        /** Returns the source of requests. */
        Endpoint endpoint();

        /** Waits until no thread accepts; returns false if the deadline on the nanoTime clock passed first. */
        boolean awaitAcceptor(long deadline) throws InterruptedException;

        /** Interrupts the accepting thread, if any. */
        void interruptAcceptor();

        /** Makes leading threads return to the pool. */
        void stopIntake();

        /** Stops the run's own pool from accepting tasks, and drops its queued ones. */
        void closePool();
    }

    private final Run run;
    private final RequestRunner runner;
    private final DrainSignal signal;
    private final Hooks hooks;

    Drain(Run run, RequestRunner runner, DrainSignal signal, Hooks hooks) {
        this.run = run;
        this.runner = runner;
        this.signal = signal;
        this.hooks = hooks;
    }

    /** Begins the drain: from now on, a request that is kept open serves what its peer has sent and then ends. */
    void begin() {
        signal.drain();
    }

    /** Drains; returns the outcome of the requests. */
    DrainReport run(Duration grace) throws InterruptedException {
        long deadline = System.nanoTime() + grace.toNanos();
        begin();
        run.endpoint().lastCall();
        int idle = runner.open().dismissIdle();
        boolean quiet = run.awaitAcceptor(
                System.nanoTime() + shorter(left(deadline), FIRST_BYTE_PATIENCE).toNanos());
        if (!quiet) { // the acceptor may be waiting for slots held by silent peers
            signal.hurry();
            idle += runner.open().dismissIdle();
            quiet = run.awaitAcceptor(deadline);
        }
        hooks.stopListening(); // in case there was no acceptor, or it is blocked
        if (runner.open().hasFresh()) {
            runner.open().awaitEmpty(shorter(left(deadline), FIRST_BYTE_PATIENCE));
        }
        signal.hurry();
        idle += runner.open().dismissIdle();
        quiet = runner.open().awaitEmpty(left(deadline)) && quiet;
        int finished = Math.max(0, runner.open().endedDraining() - idle);
        List<DrainReport.Forced> forced = List.of();
        if (!quiet) {
            forced = forceEnd();
            long end = System.nanoTime() + FORCED_END.toNanos();
            if (!run.awaitAcceptor(end) || !awaitForced(end)) {
                LOG.warn(
                        "{} abandons {} requests that do not terminate",
                        run,
                        runner.open().size());
            }
        }
        return new DrainReport(finished, idle, forced, true);
    }

    /** Waits for the end of the requests that were forced; ends those that their threads have left to others. */
    private boolean awaitForced(long end) throws InterruptedException {
        boolean empty = false;
        Duration left = left(end);
        while (!empty && !left.isZero()) {
            empty = runner.open().awaitEmpty(shorter(left, UNSERVED_TICK));
            runner.ends().endUnserved();
            left = left(end);
        }
        return empty;
    }

    /** Forces all requests to end at once; returns their outcome. */
    DrainReport cutShort() {
        begin();
        return new DrainReport(0, 0, forceEnd(), true);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    /** Closes and interrupts the requests that are still open; returns their state before that. */
    private List<DrainReport.Forced> forceEnd() {
        hooks.stopListening();
        run.endpoint().abandon();
        runner.open().forEach(request -> request.endsBy(EndReason.DRAIN)); // before anything else ends them
        List<DrainReport.Forced> forced = runner.open().standing(); // before the pool drops its queued requests
        run.stopIntake();
        run.closePool();
        run.interruptAcceptor();
        runner.ends().force();
        return forced;
    }
}
