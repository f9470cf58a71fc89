package dev.socketserver.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who may tell a server, by HAProxy's PROXY protocol, on whose behalf it connects. Whoever is not trusted is refused:
 * anybody could claim to be anybody. Immutable, so thread-safe.
 *
 * @param trusted where the proxies are; at least one range
 * @param headerTimeout how long a proxy may take to send the header; 5 seconds by {@link #trusting}
 */
public record ProxyProtocol(List<Cidr> trusted, Duration headerTimeout) {
    /** How long a proxy may take to send the header unless told otherwise. */
    public static final Duration DEFAULT_HEADER_TIMEOUT = Duration.ofSeconds(5);

    /** Checks both. */
    public ProxyProtocol {
        trusted = List.copyOf(trusted);
        Timeouts.checkPositive("headerTimeout", headerTimeout);
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("trusted must name the proxies, and is empty");
        }
    }

    /**
     * Trusts the proxies in these ranges, such as {@code 10.0.0.0/8}, with the default timeout.
     *
     * @throws IllegalArgumentException if a range is not written so, or there is none
     */
    public static ProxyProtocol trusting(String... cidrs) {
        return new ProxyProtocol(Stream.of(cidrs).map(Cidr::parse).toList(), DEFAULT_HEADER_TIMEOUT);
    }

    /** Tells whether whoever connects from that address may send a header. */
    public boolean trusts(SocketAddress sender) {
        if (!(sender instanceof InetSocketAddress inet)) {
            return false;
        }
        InetAddress address = inet.getAddress();
        return address != null && trusted.stream().anyMatch(range -> range.contains(address));
    }
}
