package dev.socketserver.limit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What each source may have. Immutable and thread-safe.
 *
 * @param prefixes what counts as one source; {@link PrefixLengths#DEFAULT} by default
 * @param maxConnections how many connections at a time; at least 1, by default {@link Integer#MAX_VALUE}, which is no
 *     limit
 * @param rate how often the source may connect; null, the default, for no limit
 * @param capacity how many sources are known at the same time; 1 to {@value #MAX_CAPACITY}, by default
 *     {@value #DEFAULT_CAPACITY}
 * @param whenFull what happens to other sources; {@link WhenFull#REFUSE} by default
 */
public record SourceLimits(
        PrefixLengths prefixes,
        int maxConnections,
        @Nullable RateLimit rate,
        int capacity,
        WhenFull whenFull) {
    /** How many sources are known at the same time unless told otherwise. */
    public static final int DEFAULT_CAPACITY = 65_536;

    /** The most sources that can be known at the same time. */
    public static final int MAX_CAPACITY = 1 << 28;

    /** What happens to a source that is not known when as many are as can be, and none of them can be forgotten. */
    public enum WhenFull {
        /** It is refused: no source is ever over its limit. */
        REFUSE,

        /** It is admitted and not counted, as if it had no limit. For a table beside a coarser one that refuses. */
        ADMIT
    }

    /** Checks all. */
    public SourceLimits {
        Objects.requireNonNull(prefixes, "prefixes");
        Objects.requireNonNull(whenFull, "whenFull");
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections must be at least 1: " + maxConnections);
        }
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacity must be 1 to " + MAX_CAPACITY + ": " + capacity);
        }
    }

    /** Returns a builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects limits. Not thread-safe. */
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
         * @throws IllegalArgumentException that names the option and its value, if one makes no sense
         */
        public SourceLimits build() {
            return new SourceLimits(prefixes, maxConnections, rate, capacity, whenFull);
        }
    }
}
