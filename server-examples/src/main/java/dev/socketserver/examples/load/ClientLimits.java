package dev.socketserver.examples.load;

import dev.socketserver.examples.cli.FileDescriptors;
import dev.socketserver.examples.cli.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Detects whether the client was the bottleneck of a run, so that the server is not blamed for it. Not thread-safe. */
final class ClientLimits {
    /** A thread that is busy for more than this share of the time counts as saturated. */
    private static final double SATURATED = 0.9;
    /** Operations that begin later than this, although a client was free, distort latencies. */
    private static final long TOLERABLE_LATENESS = 5_000_000;

    private static final int MAX_PERCENT = 100;
    private static final double TAIL = 99;
    /** A selector needs one descriptor for events and one for wake-ups. */
    private static final int DESCRIPTORS_PER_LOOP = 2;

    private final List<String> found = new ArrayList<>();

    /** Evaluates a run. {@code busiest} is the largest share of the time for which one loop's thread was busy. */
    static List<String> of(LoadPlan plan, double busiest, ClientStats main, ClientStats... companions) {
        var limits = new ClientLimits();
        limits.threads(plan, busiest);
        limits.schedule(main.lateness());
        limits.errors(main);
        List.of(companions).forEach(limits::errors);
        return List.copyOf(limits.found);
    }

    /**
     * Checks that the process may open a connection for each client.
     *
     * @throws IOException if it may not; the message contains the limit and the possible number of clients
     */
    static void requireDescriptors(LoadPlan plan) throws IOException {
        FileDescriptors.require(plan.clients(), "connections", 1, plan.loops() * DESCRIPTORS_PER_LOOP);
    }

    private void threads(LoadPlan plan, double busiest) {
        if (busiest < SATURATED || plan.rate() != null) {
            return;
        }
        String remedy = plan.loops() < Runtime.getRuntime().availableProcessors()
                ? "try --threads " + (plan.loops() + 1)
                : "it has no processor left";
        found.add(Text.format(
                "a client thread worked %.0f %% of the time, so latency includes its queue: %s",
                MAX_PERCENT * Math.min(1, busiest), remedy));
    }

    private void schedule(Histogram lateness) {
        if (lateness.getTotalCount() > 0 && lateness.getValueAtPercentile(TAIL) > TOLERABLE_LATENESS) {
            found.add("operations began late although a client was free (p99 "
                    + Text.nanos(lateness.getValueAtPercentile(TAIL)) + "): the client was too slow for this rate");
        }
    }

    private void errors(ClientStats stats) {
        stats.errors().forEach((kind, count) -> {
            if (kind == ErrorKind.NO_PORTS) {
                found.add(Text.format("%,d times no port was free: try more addresses with --source", count));
            } else if (kind == ErrorKind.NO_DESCRIPTORS) {
                found.add(Text.format("%,d times no descriptor was free: raise ulimit -n", count));
            }
        });
    }
}
