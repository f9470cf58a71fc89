package dev.socketserver.net;

import dev.socketserver.internal.util.Check;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The proxies that a server trusts to report their clients' addresses by HAProxy's PROXY protocol. All other
 * connections are rejected, since anyone could send a header with any address. Immutable and thread-safe.
 *
 * @param trusted the networks of the proxies; at least one
 * @param headerTimeout the time within which a proxy must send the header; {@link #DEFAULT_HEADER_TIMEOUT} with
 *     {@link #trusting}
 */
public record ProxyProtocol(List<Cidr> trusted, Duration headerTimeout) {
    /** The default of {@link #headerTimeout()}: 5 seconds. */
    public static final Duration DEFAULT_HEADER_TIMEOUT = Duration.ofSeconds(5);

    /**
     * Creates the rules.
     *
     * @throws IllegalArgumentException if {@code trusted} is empty, or the timeout is not positive
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
