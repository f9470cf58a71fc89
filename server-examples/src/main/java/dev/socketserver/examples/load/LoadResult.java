package dev.socketserver.examples.load;

import java.util.List;

/**
 * What a load run measured.
 *
 * @param plan what was to be done
 * @param seconds how long it was measured
 * @param operations operations that succeeded in that time
 * @param outcome how the operations of the plan's mode ended, those that were still under way at the end included
 * @param idle how the idle companions fared; each is asked once, at the end
 * @param slow how the slow companions fared
 * @param samples the run in short stretches, without the warm-up
 * @param clientLimits in what way the client, not the server, may have been the bottleneck; empty if in none
 * @param endedEarly whether it was stopped before its time
 */
public record LoadResult(
        LoadPlan plan,
        double seconds,
        long operations,
        Outcome outcome,
        Outcome idle,
        Outcome slow,
        List<Sample> samples,
        List<String> clientLimits,
        boolean endedEarly) {
    /** Operations per second; 0 if the run was stopped before the measurement began. */
    public double rate() {
        return perSecond(operations, seconds);
    }

    /** Returns a rate that is a number, whatever the time. */
    static double perSecond(long operations, double seconds) {
        return seconds > 0 ? operations / seconds : 0;
    }

    /** Operations that failed, the companions' included. */
    public long failures() {
        return outcome.failures() + idle.failures() + slow.failures();
    }

    /** The share of operations that failed, 0 to 1; 1 if there was none at all. */
    public double errorRate() {
        long failures = failures();
        long all = outcome.successes() + idle.successes() + slow.successes() + failures;
        return all == 0 ? 1 : (double) failures / all;
    }
}
