package dev.socketserver.limit;

import dev.socketserver.internal.util.Check;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The limits of each source. Immutable and thread-safe.
 *
 * @param prefixes the address prefixes that identify a source; by default {@link PrefixLengths#DEFAULT}
 * @param maxConnections the maximum number of concurrent connections; at least 1, by default {@link Integer#MAX_VALUE},
 *     which means no limit
 * @param rate the maximum rate of new connections; null, the default, for no limit
 * @param capacity the number of sources that are tracked at the same time; 1 to {@value #MAX_CAPACITY}, by default
 *     {@value #DEFAULT_CAPACITY}
 * @param whenFull what happens to further sources; by default {@link WhenFull#REFUSE}
 */
public record SourceLimits(
        PrefixLengths prefixes,
        int maxConnections,
        @Nullable RateLimit rate,
        int capacity,
        WhenFull whenFull) {
    /** The default of {@link #capacity()}. */
    public static final int DEFAULT_CAPACITY = 65_536;

    /** The maximum of {@link #capacity()}. */
    public static final int MAX_CAPACITY = 1 << 28;

    /** What happens to an unknown source when the table is full and no record can be dropped. */
    public enum WhenFull {
        /** It is rejected: no source ever exceeds its limits. */
        REFUSE,

        /**
         * It is admitted and not counted, as if it had no limits. For a table combined with a coarser one that rejects.
         */
        ADMIT
    }

    /** Checks all values. */
    public SourceLimits {
        Objects.requireNonNull(prefixes, "prefixes");
        Objects.requireNonNull(whenFull, "whenFull");
        Check.atLeast("maxConnections", 1, maxConnections);
        Check.between("capacity", 1, MAX_CAPACITY, capacity);
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the limits. Not thread-safe. */
    public static final class Builder {
        private PrefixLengths prefixes = PrefixLengths.DEFAULT;
        private int maxConnections = Integer.MAX_VALUE;
        private @Nullable RateLimit rate;
        private int capacity = DEFAULT_CAPACITY;
        private WhenFull whenFull = WhenFull.REFUSE;

        private Builder() {}

        /** Sets {@link SourceLimits#prefixes}. */
        public Builder prefixes(PrefixLengths lengths) {
            prefixes = lengths;
            return this;
        }

        /** Sets {@link SourceLimits#maxConnections}. */
        public Builder maxConnections(int most) {
            maxConnections = most;
            return this;
        }

        /** Sets {@link SourceLimits#rate}. */
        public Builder rate(@Nullable RateLimit limit) {
            rate = limit;
            return this;
        }

        /** Sets {@link SourceLimits#capacity}. */
        public Builder capacity(int sources) {
            capacity = sources;
            return this;
        }

        /** Sets {@link SourceLimits#whenFull}. */
        public Builder whenFull(WhenFull policy) {
            whenFull = policy;
            return this;
        }

        /**
         * Returns the limits.
         *
         * @throws IllegalArgumentException if a value is out of range; the message names the option and its value
         */
        public SourceLimits build() {
            return new SourceLimits(prefixes, maxConnections, rate, capacity, whenFull);
        }
    }
}
