package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.EndReason;
import dev.socketserver.internal.util.Log;
import java.time.Duration;
import java.util.List;

/**
 * The end of a run's requests: takes what the system has queued, lets idle ones end at once and running ones within the
 * grace, then forces the rest. Confined to the thread that drains, but for {@link #begin}.
 */
final class Drain {
    private static final Log LOG = Log.of(Drain.class);

    /** How long a peer that has just connected, and sent nothing yet, is waited for when the server stops. */
    static final Duration FIRST_BYTE_PATIENCE = Duration.ofSeconds(1);

    /**
     * How long each of these may take to end, one after another: what was closed and interrupted at the end of the
     * grace, the pool's workers, the run's own threads.
     */
    static final Duration FORCED_END = Duration.ofSeconds(1);

    /** The run that is drained. */
    interface Run {
        /** Returns where requests come from. */
        Endpoint endpoint();

        /** Waits until nobody accepts any more; returns false if the deadline on the nanoTime clock passed first. */
        boolean awaitAcceptor(long deadline) throws InterruptedException;

        /** Interrupts the thread that accepts, if one does. */
        void interruptAcceptor();

        /** Lets the threads that lead return to the pool. */
        void stopIntake();

        /** Takes nothing more into the run's own pool, and gives up what it has queued. */
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

    /** From here on a request that is kept open serves what its peer has sent, and then ends. */
    void begin() {
        signal.drain();
    }

    /** Drains; returns what became of the requests. */
    DrainReport run(Duration grace) throws InterruptedException {
        long deadline = System.nanoTime() + grace.toNanos();
        begin();
        run.endpoint().lastCall();
        int idle = runner.open().dismissIdle();
        boolean quiet = run.awaitAcceptor(
                System.nanoTime() + shorter(left(deadline), FIRST_BYTE_PATIENCE).toNanos());
        if (!quiet) { // it may wait for the places that silent peers hold
            signal.hurry();
            idle += runner.open().dismissIdle();
            quiet = run.awaitAcceptor(deadline);
        }
        hooks.stopListening(); // if there was no acceptor, or it is held up
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
            if (!run.awaitAcceptor(end) || !runner.open().awaitEmpty(left(end))) {
                LOG.warn(
                        "{} abandons {} requests that do not terminate",
                        run,
                        runner.open().size());
            }
        }
        return new DrainReport(finished, idle, forced, true);
    }

    /** Forces everything at once; returns what became of the requests. */
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

    /** Closes and interrupts what is still open; returns how those requests stood. */
    private List<DrainReport.Forced> forceEnd() {
        hooks.stopListening();
        run.endpoint().abandon();
        runner.open().forEach(request -> request.endsBy(EndReason.DRAIN)); // before anything else ends them
        List<DrainReport.Forced> forced = runner.open().standing(); // before the pool gives up what it has queued
        run.stopIntake();
        run.closePool();
        run.interruptAcceptor();
        runner.force();
        return forced;
    }
}
