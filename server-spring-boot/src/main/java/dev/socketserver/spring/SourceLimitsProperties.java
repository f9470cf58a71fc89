package dev.socketserver.spring;

import static dev.socketserver.spring.SocketServerProperties.set;

import dev.socketserver.limit.PrefixLengths;
import dev.socketserver.limit.SourceLimits;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * The properties of {@link SourceLimits}. Immutable.
 *
 * @param prefixes the lengths of the address prefixes that identify a source
 * @param maxConnections the maximum number of concurrent connections of a source
 * @param rate the maximum rate of new connections, or of datagrams, of a source
 * @param capacity the number of sources that are tracked at the same time
 * @param whenFull what happens to further sources
 */
record SourceLimitsProperties(
        @Nullable Prefixes prefixes,
        @Nullable Integer maxConnections,
        @NestedConfigurationProperty @Nullable RateProperties rate,
        @Nullable Integer capacity,
        SourceLimits.@Nullable WhenFull whenFull) {

    /**
     * The lengths of address prefixes.
     *
     * @param ipv4 the bits of an IPv4 address that identify a source
     * @param ipv6 the bits of an IPv6 address that identify a source
     */
    record Prefixes(@Nullable Integer ipv4, @Nullable Integer ipv6) {
        private PrefixLengths lengths(String prefix) {
            PrefixLengths usual = PrefixLengths.DEFAULT;
            return Checked.of(
                    prefix,
                    this,
                    () -> new PrefixLengths(ipv4 == null ? usual.ipv4() : ipv4, ipv6 == null ? usual.ipv6() : ipv6));
        }
    }

    SourceLimits limits(String prefix) {
        SourceLimits.Builder limits = SourceLimits.builder();
        set(prefixes, lengths -> limits.prefixes(lengths.lengths(prefix + ".prefixes")));
        set(rate, most -> limits.rate(most.limit(prefix + ".rate")));
        return Checked.of(prefix, this, () -> {
            set(maxConnections, limits::maxConnections);
            set(capacity, limits::capacity);
            set(whenFull, limits::whenFull);
            return limits.build();
        });
    }
}
