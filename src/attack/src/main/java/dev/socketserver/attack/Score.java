package dev.socketserver.attack;

import dev.socketserver.attack.Target.Held;
import dev.socketserver.attack.Visitor.Visits;
import java.time.Duration;
import java.util.Locale;

/**
 * How one server stood one attack.
 *
 * @param attackers how many
 * @param connected how many of them were connected when the attack ended
 * @param during what visitors met while it lasted
 * @param after what they met from a second after it
 * @param atRest what the server held before the attack
 * @param heldDuring what it held at its end
 * @param heldAfter what it held five seconds later
 * @param survived whether its process still lives
 */
record Score(
        Attack attack,
        Subject subject,
        int attackers,
        int connected,
        Visits during,
        Visits after,
        Held atRest,
        Held heldDuring,
        Held heldAfter,
        boolean survived) {
    private static final long MEBIBYTE = 1 << 20;

    /** Returns the head of the table. */
    static String head() {
        return """
                | server | p50 | p99 | failed | p99, 1 s after | failed | connected | threads | descriptors | MiB |
                | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
                """;
    }

    /** Returns the row of the table. */
    String row() {
        return String.format(
                Locale.ROOT,
                "| %s%s | %s | %s | %s | %s | %s | %d | %d, %d, %d | %d, %d, %d | %d, %d, %d |%n",
                subject.title(),
                survived ? "" : " (ended)",
                text(during.p50()),
                text(during.p99()),
                share(during),
                text(after.p99()),
                share(after),
                connected,
                atRest.threads(),
                heldDuring.threads(),
                heldAfter.threads(),
                atRest.descriptors(),
                heldDuring.descriptors(),
                heldAfter.descriptors(),
                atRest.memoryBytes() / MEBIBYTE,
                heldDuring.memoryBytes() / MEBIBYTE,
                heldAfter.memoryBytes() / MEBIBYTE);
    }

    private static String text(Duration time) {
        double millis = time.toNanos() / 1e6;
        return millis >= 1_000
                ? String.format(Locale.ROOT, "%.1f s", millis / 1_000)
                : String.format(Locale.ROOT, "%.1f ms", millis);
    }

    private static String share(Visits visits) {
        return visits.failures() + " of " + visits.count();
    }
}
