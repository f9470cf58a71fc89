package dev.socketserver.spring;

import dev.socketserver.Engine;
import dev.socketserver.OutboundPolicy;
import dev.socketserver.ServerConfig;
import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.net.Cidr;
import dev.socketserver.net.ProxyProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * The properties of servers: those of all below {@value #PREFIX}, those of one below {@value #SERVERS} and its name.
 * Each is named after an option of {@link ServerConfig}; one that is absent, null here, leaves the option as it is.
 * Immutable.
 *
 * @param host the address or name of the host to listen on; all addresses by default
 * @param port the port to listen on; 0 for a free one
 * @param path the path of the socket of a UnixServer
 * @param name the server's name in the names of threads, in the log, and in meters
 * @param backlog the number of connections that the system queues until they are accepted
 * @param maxConnections the maximum number of open connections; 0 to derive it from the descriptors of the process
 * @param atLimit what happens to connections beyond max-connections or accept-rate
 * @param acceptRate how often a connection is accepted, from all sources together
 * @param sourceLimits the limits of each source address or prefix
 * @param accessList the addresses that may connect
 * @param reuseAddress whether a port that old connections linger on may be bound
 * @param reusePort whether several sockets may be bound to the port
 * @param inheritedSocket whether a TcpServer takes the listening socket that the process inherited as descriptor 0
 * @param pool the server's own pool
 * @param engine how the server waits for input
 * @param selectors the number of selectors; 0 for one per four processors
 * @param awaitFirstByte whether clients speak first; learned by default
 * @param mdc whether the MDC has the keys server, connection and peer while a request is served
 * @param proxyProtocol the proxies that report their clients' addresses by the PROXY protocol
 * @param ssl TLS, with the certificate of an SSL bundle
 * @param idleAfter the silence of a peer after which idle() of its handler is called; 0 for never
 * @param idleTimeout the maximum wait for a connection's first or next message; 0 for no limit
 * @param readTimeout the maximum wait of one read in a handler; 0 for no limit
 * @param messageTimeout the maximum time from the first to the last byte of a message; 0 for no limit
 * @param writeTimeout the maximum time for which a write waits for the peer; 0 for no limit
 * @param minReadRate the bytes per second that a peer must send of a message, or of a stream of known length, once
 *     reads have waited for read-timeout
 * @param minWriteRate the bytes per second that a peer must accept once writes have waited for write-timeout
 * @param maxConnectionAge the age at which a connection ends when it is idle next; 0 for no limit
 * @param shutdownGrace the time that running requests have to finish when the server is stopped
 * @param drainDelay the time for which a server that is told to stop still accepts
 * @param readBufferSize the initial size of a connection's read buffer in bytes
 * @param maxUnread the maximum number of unread bytes of a message that is not complete yet
 * @param writeBufferSize the size of a connection's write buffer in bytes
 * @param outboundLimit the maximum number of bytes sent to a peer that wait for it
 * @param outboundPolicy what happens to a message beyond outbound-limit
 * @param tcpNoDelay whether flushed output leaves at once
 * @param socketPermissions the permissions of a UnixServer's socket file, such as rw-rw----
 * @param maxDatagramSize the maximum length of a datagram in bytes
 * @param maxAmplification the maximum size of a UdpServer's answers as a multiple of what it received; 0 for no limit
 * @param receiveBufferSize the socket's receive buffer in bytes; 0 leaves it to the system
 */
@ConfigurationProperties(SocketServerProperties.PREFIX)
record SocketServerProperties(
        @Nullable String host,
        @Nullable Integer port,
        @Nullable Path path,
        @Nullable String name,
        @Nullable Integer backlog,
        @Nullable Integer maxConnections,
        @Nullable AtLimit atLimit,
        @NestedConfigurationProperty @Nullable RateProperties acceptRate,
        @NestedConfigurationProperty @Nullable SourceLimitsProperties sourceLimits,
        @Nullable Access accessList,
        @Nullable Boolean reuseAddress,
        @Nullable Boolean reusePort,
        @Nullable Boolean inheritedSocket,
        @NestedConfigurationProperty @Nullable PoolProperties pool,
        @Nullable Engine engine,
        @Nullable Integer selectors,
        @Nullable Boolean awaitFirstByte,
        @Nullable Boolean mdc,
        @Nullable Proxies proxyProtocol,
        @NestedConfigurationProperty @Nullable SslProperties ssl,
        @Nullable Duration idleAfter,
        @Nullable Duration idleTimeout,
        @Nullable Duration readTimeout,
        @Nullable Duration messageTimeout,
        @Nullable Duration writeTimeout,
        @Nullable Integer minReadRate,
        @Nullable Integer minWriteRate,
        @Nullable Duration maxConnectionAge,
        @Nullable Duration shutdownGrace,
        @Nullable Duration drainDelay,
        @Nullable Integer readBufferSize,
        @Nullable Integer maxUnread,
        @Nullable Integer writeBufferSize,
        @Nullable Integer outboundLimit,
        @Nullable OutboundPolicy outboundPolicy,
        @Nullable Boolean tcpNoDelay,
        @Nullable String socketPermissions,
        @Nullable Integer maxDatagramSize,
        @Nullable Integer maxAmplification,
        @Nullable Integer receiveBufferSize) {
    /**
     * A host that is blank, as from a placeholder without a value, is none: the JDK takes it for the loopback address.
     */
    SocketServerProperties {
        host = host == null || host.isBlank() ? null : host;
    }

    /** The prefix of the properties of all servers. */
    static final String PREFIX = "socketserver";

    /** The prefix of the names of single servers. */
    static final String SERVERS = PREFIX + ".servers";

    /**
     * The addresses that may connect, in CIDR notation.
     *
     * @param allowed the addresses that may connect; all by default
     * @param denied the addresses that may not connect, even if they are allowed
     */
    record Access(List<String> allowed, List<String> denied) {
        private AccessList list(String prefix) {
            return new AccessList(
                    Checked.cidrs(prefix + ".allowed", allowed), Checked.cidrs(prefix + ".denied", denied));
        }
    }

    /**
     * The proxies that speak the PROXY protocol.
     *
     * @param trusted the networks of the proxies, in CIDR notation
     * @param headerTimeout the time within which a proxy must send the header
     */
    record Proxies(List<String> trusted, @Nullable Duration headerTimeout) {
        private ProxyProtocol protocol(String prefix) {
            List<Cidr> networks = Checked.cidrs(prefix + ".trusted", trusted);
            Duration timeout = headerTimeout == null ? ProxyProtocol.DEFAULT_HEADER_TIMEOUT : headerTimeout;
            return Checked.of(prefix, this, () -> new ProxyProtocol(networks, timeout));
        }
    }

    /** Calls the setter with the value, if there is one. */
    static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    /**
     * Sets the options that have a property here, except for {@link #ssl} and {@link #pool}.
     *
     * @param prefix that of the properties, without the last dot
     * @param options the server's options
     * @param hostOfAll the host if none is given here
     * @throws org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException if a value
     *     is not allowed; names the property
     */
    void applyTo(String prefix, ServerConfig.Builder options, @Nullable String hostOfAll) {
        Checked.of(prefix, this, () -> {
            set(address(hostOfAll), options::address);
            set(name, options::name);
            set(engine, options::engine);
            set(selectors, options::selectors);
            set(awaitFirstByte, options::awaitFirstByte);
            set(mdc, options::mdc);
            setLimits(prefix, options);
            setTimes(options);
            setSizes(options);
            setSockets(options);
            return options.build(); // which checks all values
        });
    }

    private @Nullable SocketAddress address(@Nullable String hostOfAll) {
        if (path != null) {
            if (host != null || port != null) {
                throw new IllegalArgumentException("path must not be set if host or port is: " + path);
            }
            return UnixDomainSocketAddress.of(path);
        }
        String listening = host == null ? hostOfAll : host;
        if (host == null && port == null) {
            return null;
        }
        int number = port == null ? 0 : port;
        try {
            return listening == null
                    ? new InetSocketAddress(number)
                    : new InetSocketAddress(InetAddress.getByName(listening), number);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host cannot be resolved: " + listening, e);
        }
    }

    private void setLimits(String prefix, ServerConfig.Builder options) {
        set(backlog, options::backlog);
        set(maxConnections, options::maxConnections);
        set(atLimit, options::atLimit);
        set(acceptRate, rate -> options.acceptRate(rate.limit(prefix + ".accept-rate")));
        set(sourceLimits, limits -> options.sourceLimits(limits.limits(prefix + ".source-limits")));
        set(accessList, access -> options.accessList(access.list(prefix + ".access-list")));
        set(proxyProtocol, proxies -> options.proxyProtocol(proxies.protocol(prefix + ".proxy-protocol")));
        set(maxAmplification, options::maxAmplification);
    }

    private void setTimes(ServerConfig.Builder options) {
        set(idleAfter, options::idleAfter);
        set(idleTimeout, options::idleTimeout);
        set(readTimeout, options::readTimeout);
        set(messageTimeout, options::messageTimeout);
        set(writeTimeout, options::writeTimeout);
        set(minReadRate, options::minReadRate);
        set(minWriteRate, options::minWriteRate);
        set(maxConnectionAge, options::maxConnectionAge);
        set(shutdownGrace, options::shutdownGrace);
        set(drainDelay, options::drainDelay);
    }

    private void setSizes(ServerConfig.Builder options) {
        set(readBufferSize, options::readBufferSize);
        set(maxUnread, options::maxUnread);
        set(writeBufferSize, options::writeBufferSize);
        set(outboundLimit, options::outboundLimit);
        set(outboundPolicy, options::outboundPolicy);
        set(maxDatagramSize, options::maxDatagramSize);
    }

    private void setSockets(ServerConfig.Builder options) {
        set(reuseAddress, options::reuseAddress);
        set(reusePort, options::reusePort);
        set(inheritedSocket, options::inheritedSocket);
        set(tcpNoDelay, options::tcpNoDelay);
        set(receiveBufferSize, options::receiveBufferSize);
        set(socketPermissions, text -> {
            try {
                options.socketPermissions(PosixFilePermissions.fromString(text));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("socketPermissions must be like rw-rw----: " + text, e);
            }
        });
    }
}
