package dev.socketserver;

import dev.socketserver.internal.util.Printable;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of the requests that were open when a server was shut down.
 *
 * @param finished the number of requests that finished within the grace period
 * @param idleClosed the number of idle connections, waiting for their peer's next request, that were closed at once
 * @param forced the requests still open at the end of the grace period, which were closed and interrupted
 * @param complete false if {@code shutdown} was called from inside the server, so that the drain is still in progress
 */
public record DrainReport(int finished, int idleClosed, List<Forced> forced, boolean complete) {
    /** The report of a server that had nothing open. */
    public static final DrainReport NOTHING = new DrainReport(0, 0, List.of(), true);

    /** Copies the list. */
    public DrainReport {
        forced = List.copyOf(forced);
    }

    /** Returns the report on both: the sums, all that were forced, and whether both are complete. */
    public DrainReport plus(DrainReport other) {
        List<Forced> all = new ArrayList<>(forced);
        all.addAll(other.forced);
        return new DrainReport(
                finished + other.finished, idleClosed + other.idleClosed, all, complete && other.complete);
    }

    /**
     * A request that was still open at the end of the grace period.
     *
     * @param peer the peer's address
     * @param age the time since the request was accepted
     * @param thread the name of the thread that served it; empty if it was waiting for one or for a late answer, or was
     *     an idle relay
     * @param stack the stack trace of that thread at that moment, the innermost call first
     */
    public record Forced(SocketAddress peer, Duration age, Optional<String> thread, List<StackTraceElement> stack) {
        /** Copies the stack. */
        public Forced {
            stack = List.copyOf(stack);
        }

        /** Returns a description that contains only the innermost call of the stack. */
        @Override
        public String toString() {
            String where = stack.isEmpty() ? "" : " at " + stack.get(0);
            return Printable.of(peer) + " after " + age
                    + thread.map(name -> " in " + name).orElse(" in no thread") + where;
        }
    }
}
