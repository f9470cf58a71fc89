package dev.socketserver.spring;

import dev.socketserver.limit.RateLimit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a {@link RateLimit}. Immutable.
 *
 * @param permits the number of connections or datagrams per period
 * @param period the period; one second by default
 * @param burst the maximum number at once after a pause; as many as permits by default
 */
record RateProperties(
        @Nullable Long permits,
        @Nullable Duration period,
        @Nullable Long burst) {
    RateLimit limit(String prefix) {
        return Checked.of(prefix, this, () -> {
            RateLimit perSecond = RateLimit.perSecond(permits == null ? 0 : permits);
            return new RateLimit(
                    perSecond.permits(),
                    period == null ? perSecond.period() : period,
                    burst == null ? perSecond.burst() : burst);
        });
    }
}
