package dev.socketserver.examples.load;

import java.util.List;

/**
 * The outcome of a run.
 *
 * @param plan the plan
 * @param seconds the duration of the measurement
 * @param operations operations that succeeded in that time
 * @param bytesSent bytes that the clients of the plan's mode sent in that time, before encryption
 * @param bytesReceived bytes that they received
 * @param clients the clients of the plan's mode, including operations still in progress at the end
 * @param idle the additional idle clients, each of which sends one request at the end
 * @param slow the additional slow clients
 * @param samples the measurement in sampling intervals
 * @param clientLimits why the client, not the server, may have been the bottleneck; empty if it was not
 * @param endedEarly whether the run was stopped
 */
public record LoadResult(
        LoadPlan plan,
        double seconds,
        long operations,
        long bytesSent,
        long bytesReceived,
        ClientStats clients,
        ClientStats idle,
        ClientStats slow,
        List<Sample> samples,
        List<String> clientLimits,
        boolean endedEarly) {
    /** Returns operations per second; 0 if the run was stopped before the measurement. */
    public double rate() {
        return Sample.perSecond(operations, seconds);
    }

    /** Returns the number of failed operations, including those of the additional clients. */
    public long failures() {
        return clients.failures() + idle.failures() + slow.failures();
    }

    /** Returns the share of operations that failed, 0 to 1; 1 if there were no operations. */
    public double errorRate() {
        long failures = failures();
        long all = clients.successes() + idle.successes() + slow.successes() + failures;
        return all == 0 ? 1 : (double) failures / all;
    }
}
