package dev.socketserver.examples.replicas;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What became of the requests of some clients.
 *
 * @param answered those whose whole answer came back
 * @param carriedOn those asked again on a new connection, since the peer had closed the kept one without a byte of an
 *     answer; a request that is answered only then counts in {@code answered}, too
 * @param failures the others: refused, answered in part or wrongly, or late
 * @param clientsCutOff clients that lost a connection while a request was under way on it
 * @param time how long the clients have asked
 */
record Account(long answered, long carriedOn, List<String> failures, long clientsCutOff, Duration time) {
    Account during(Duration other) {
        return new Account(answered, carriedOn, failures, clientsCutOff, other);
    }

    /** Requests answered per second. */
    long rate() {
        return Math.round(answered / (time.toNanos() / 1e9));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d requests answered in %.1f s (%,d/s), %d asked again on a new connection, %d failed%s",
                answered,
                time.toNanos() / 1e9,
                rate(),
                carriedOn,
                failures.size(),
                failures.isEmpty() ? "" : ", first: " + failures.get(0));
    }
}
