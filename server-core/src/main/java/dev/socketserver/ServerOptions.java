package dev.socketserver;

import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.internal.util.Check;
import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.limit.SourceLimits;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The options of a server: their values, their defaults, and which values are allowed. A {@link ServerConfig} has some
 * that never change, its builder some that do. Not thread-safe while they are changed.
 */
final class ServerOptions implements Cloneable {
    static final String DEFAULT_NAME = "server";
    static final int DEFAULT_BACKLOG = 4096;
    static final int DEFAULT_BUFFER_SIZE = 8192;
    static final int DEFAULT_OUTBOUND_LIMIT = 1024 * 1024;
    static final int DEFAULT_MIN_RATE = 240;
    static final int DEFAULT_MAX_UNREAD = 1024 * 1024;
    static final int DEFAULT_MAX_DATAGRAM_SIZE = 65_535;
    private static final int MIN_BUFFER_SIZE = LengthPrefix.MOST_WRITTEN;
    private static final int MAX_PORT = 65_535;

    /** The options of sockets that are options of servers, by another name. */
    private static final Map<SocketOption<?>, String> OWN_NAMES = Map.of(
            StandardSocketOptions.SO_RCVBUF, "receiveBufferSize", StandardSocketOptions.SO_REUSEPORT, "reusePort");

    SocketAddress address = new InetSocketAddress(0);
    String name = DEFAULT_NAME;
    int backlog = DEFAULT_BACKLOG;
    int maxConnections;
    AtLimit atLimit = AtLimit.PAUSE;

    @Nullable
    RateLimit acceptRate;

    @Nullable
    SourceLimits sourceLimits;

    @Nullable
    AccessList accessList;

    boolean reuseAddress = true;
    boolean reusePort;
    boolean inheritedSocket;

    @Nullable
    Executor executor;

    PoolConfig pool = PoolConfig.defaults();
    Engine engine = Engine.AUTO;
    int selectors;
    Optional<Boolean> awaitFirstByte = Optional.empty();

    @Nullable
    Framing framing;

    ServerListener listener = ServerListener.NONE;
    boolean mdc;

    @Nullable
    ProxyProtocol proxyProtocol;

    @Nullable
    Tls tls;

    Duration idleAfter = Duration.ZERO;
    Duration idleTimeout = Duration.ofMinutes(1);
    Duration readTimeout = Duration.ofSeconds(30);
    Duration messageTimeout = Duration.ofSeconds(30);
    Duration writeTimeout = Duration.ofMinutes(1);
    int minReadRate = DEFAULT_MIN_RATE;
    int minWriteRate = DEFAULT_MIN_RATE;
    Duration maxConnectionAge = Duration.ZERO;
    Duration shutdownGrace = Duration.ofSeconds(10);
    Duration drainDelay = Duration.ZERO;
    int readBufferSize = DEFAULT_BUFFER_SIZE;
    int maxUnread = DEFAULT_MAX_UNREAD;
    int writeBufferSize = DEFAULT_BUFFER_SIZE;
    int outboundLimit = DEFAULT_OUTBOUND_LIMIT;
    OutboundPolicy outboundPolicy = OutboundPolicy.CLOSE;
    boolean tcpNoDelay = true;
    Set<PosixFilePermission> socketPermissions = PosixFilePermissions.fromString("rw-rw----");
    int maxDatagramSize = DEFAULT_MAX_DATAGRAM_SIZE;
    int maxAmplification;
    int receiveBufferSize;
    Map<SocketOption<?>, Object> socketOptions = new HashMap<>();

    /**
     * Sets the address to that port of all addresses.
     *
     * @throws IllegalArgumentException if the port is not 0 to 65535
     */
    void port(int port) {
        address = new InetSocketAddress(Check.between("port", 0, MAX_PORT, port));
    }

    /** Returns options with the same values, of which a set stays as it is now. */
    ServerOptions copy() {
        try {
            ServerOptions copy = (ServerOptions) clone();
            copy.socketPermissions = Set.copyOf(socketPermissions);
            copy.socketOptions = new HashMap<>(socketOptions);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("options are cloneable", e);
        }
    }

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if one is not allowed; the message names the option and the value
     */
    void check() {
        Objects.requireNonNull(address, "address");
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new IllegalArgumentException("address cannot be resolved: " + inet);
        }
        Check.notBlank("name", name);
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(atLimit, "atLimit");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(outboundPolicy, "outboundPolicy");
        Objects.requireNonNull(socketPermissions, "socketPermissions");
        if (engine == Engine.SELECTING && !(executor == null || executor instanceof ElasticThreadPool)) {
            throw new IllegalArgumentException("engine SELECTING needs an elastic thread pool: " + executor);
        }
        if (framing != null && !awaitFirstByte.orElse(true)) {
            throw new IllegalArgumentException("awaitFirstByte must be true or unset with a framing: false");
        }
        checkSizes();
        checkTimes();
        checkSocketOptions();
    }

    private void checkTimes() {
        Check.notNegative("idleAfter", idleAfter);
        Check.notNegative("idleTimeout", idleTimeout);
        Check.notNegative("readTimeout", readTimeout);
        Check.notNegative("messageTimeout", messageTimeout);
        Check.notNegative("writeTimeout", writeTimeout);
        Check.notNegative("maxConnectionAge", maxConnectionAge);
        Check.notNegative("shutdownGrace", shutdownGrace);
        Check.notNegative("drainDelay", drainDelay);
    }

    private void checkSizes() {
        Check.atLeast("backlog", 1, backlog);
        Check.atLeast("maxConnections", 0, maxConnections);
        Check.atLeast("selectors", 0, selectors);
        Check.atLeast("readBufferSize", MIN_BUFFER_SIZE, readBufferSize);
        Check.atLeast("maxUnread", 1, maxUnread);
        Check.atLeast("writeBufferSize", MIN_BUFFER_SIZE, writeBufferSize);
        Check.atLeast("outboundLimit", 1, outboundLimit);
        Check.atLeast("minReadRate", 0, minReadRate);
        Check.atLeast("minWriteRate", 0, minWriteRate);
        Check.between("maxDatagramSize", 1, DEFAULT_MAX_DATAGRAM_SIZE, maxDatagramSize);
        Check.atLeast("maxAmplification", 0, maxAmplification);
        Check.atLeast("receiveBufferSize", 0, receiveBufferSize);
    }

    private void checkSocketOptions() {
        OWN_NAMES.forEach((name, option) -> {
            if (socketOptions.containsKey(name)) {
                throw new IllegalArgumentException("socketOption " + name + " is called " + option);
            }
        });
    }
}
