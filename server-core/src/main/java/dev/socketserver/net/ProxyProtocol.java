package dev.socketserver.net;

import dev.socketserver.internal.util.Check;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which proxies may tell a server, by HAProxy's PROXY protocol, on whose behalf they connect. All other connections are
 * refused, since anybody could send a header and claim to be anybody. Immutable and thread-safe.
 *
 * @param trusted the networks of the proxies; at least one
 * @param headerTimeout how long a proxy may take to send the header; {@link #DEFAULT_HEADER_TIMEOUT} with
 *     {@link #trusting}
 */
public record ProxyProtocol(List<Cidr> trusted, Duration headerTimeout) {
    /** The default for how long a proxy may take to send the header: 5 seconds. */
    public static final Duration DEFAULT_HEADER_TIMEOUT = Duration.ofSeconds(5);

    /**
     * Creates the rules.
     *
     * @throws IllegalArgumentException if no proxy is trusted, or the timeout is not positive
     */
    public ProxyProtocol {
        trusted = List.copyOf(trusted);
        Check.positive("headerTimeout", headerTimeout);
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("trusted must not be empty");
        }
    }

    /**
     * Returns rules that trust the proxies in these networks, such as {@code 10.0.0.0/8}, with the default timeout.
     *
     * @throws IllegalArgumentException if there is no network, or one is not in CIDR notation
     */
    public static ProxyProtocol trusting(String... cidrs) {
        return new ProxyProtocol(Stream.of(cidrs).map(Cidr::parse).toList(), DEFAULT_HEADER_TIMEOUT);
    }

    /** Returns whether a connection from this address may send a header. */
    public boolean trusts(SocketAddress sender) {
        if (!(sender instanceof InetSocketAddress inet)) {
            return false;
        }
        InetAddress address = inet.getAddress();
        return address != null && trusted.stream().anyMatch(range -> range.contains(address));
    }
}
