package dev.socketserver;

import dev.socketserver.internal.util.Printable;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What became of the requests that were open when a server was told to stop.
 *
 * @param finished ended by themselves within the grace
 * @param idleClosed were waiting for their peer's next request, and were closed at once
 * @param forced were still open when the grace ended, and were closed and interrupted
 * @param complete false if the report was asked for from inside a handler, where the drain is still going on
 */
public record DrainReport(int finished, int idleClosed, List<Forced> forced, boolean complete) {
    /** The report of a server that had nothing open. */
    public static final DrainReport NOTHING = new DrainReport(0, 0, List.of(), true);

    /** Copies the list. */
    public DrainReport {
        forced = List.copyOf(forced);
    }

    /**
     * A request that had not ended when the grace did.
     *
     * @param peer the peer's address
     * @param age how long before it had come
     * @param thread the name of the thread that served it; empty if it still waited for one
     * @param stack where that thread was at that moment, the innermost call first
     */
    public record Forced(SocketAddress peer, Duration age, Optional<String> thread, List<StackTraceElement> stack) {
        /** Copies the stack. */
        public Forced {
            stack = List.copyOf(stack);
        }

        /** Tells all but the stack, of which it shows the innermost call. */
        @Override
        public String toString() {
            String where = stack.isEmpty() ? "" : " at " + stack.get(0);
            return Printable.of(peer) + " after " + age
                    + thread.map(name -> " in " + name).orElse(" unserved") + where;
        }
    }
}
