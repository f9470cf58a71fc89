package dev.socketserver;

import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How a server is set up. Immutable; made by a {@link #builder()}.
 *
 * @param address where to listen: {@link InetSocketAddress} or, for a {@code UnixServer},
 *     {@link java.net.UnixDomainSocketAddress}; the wildcard address listens on IPv4 and IPv6
 * @param name what the server's threads and log lines are called; default {@value #DEFAULT_NAME}
 * @param backlog how many connections the system may hold for the acceptor, as far as the system's own limit allows;
 *     default {@value #DEFAULT_BACKLOG}
 * @param reuseAddress whether a port that old connections still linger on may be bound; default true
 * @param reusePort whether several sockets may be bound to the port, where the system can; default false
 * @param inheritedSocket whether a {@code TcpServer} takes the listening socket that is descriptor 0; default false
 * @param executor runs the requests, and stays the caller's to close; default none: an elastic pool of the server's own
 * @param pool the set-up of that own pool
 * @param engine how the server waits for what its peers send; default {@link Engine#AUTO}
 * @param leaders how many workers select at the same time, with {@link Engine#SELECTING}; 0, the default, for one to
 *     every four processors
 * @param awaitFirstByte whether a new connection waits for its first byte, as one that was kept open does, before its
 *     handler is made; right for protocols in which the client speaks first; default false
 * @param listener is told what happens; default {@link ServerListener#NONE}
 * @param proxyProtocol who tells by the PROXY protocol on whose behalf it connects, for a {@code TcpServer}; then
 *     nobody else may connect; default none
 * @param tls how the connections of a server of streams are encrypted; default none: they are not
 * @param idleTimeout how long a connection kept open may wait for its next request; zero for ever; default 5 minutes
 * @param readTimeout how long one read in a handler may wait; zero for ever; default 5 minutes
 * @param writeTimeout how long one write may wait for the peer to take bytes; zero for ever; default 1 minute
 * @param shutdownGrace how long {@link BaseServer#close()} lets running requests go on; default 10 seconds
 * @param drainDelay how long a server that is told to stop still accepts, as {@link ServerState#DRAINING}, so that a
 *     balancer can see that it is not ready any more and send its connections elsewhere; default zero
 * @param readBufferSize the size of a connection's read buffer, in bytes; default {@value #DEFAULT_BUFFER_SIZE}
 * @param writeBufferSize the size of a connection's write buffer, in bytes; default {@value #DEFAULT_BUFFER_SIZE}
 * @param tcpNoDelay whether a flushed reply leaves at once (Nagle's algorithm off); default true
 * @param socketPermissions who may connect to a {@code UnixServer}, as the permissions of its socket file, where the
 *     file system has such; default owner and group ({@code rw-rw----})
 * @param maxDatagramSize the longest datagram taken whole, in bytes; default {@value #DEFAULT_MAX_DATAGRAM_SIZE}
 * @param receiveBufferSize the socket's receive buffer in bytes; 0, the default, leaves it to the system
 */
public record ServerConfig(
        SocketAddress address,
        String name,
        int backlog,
        boolean reuseAddress,
        boolean reusePort,
        boolean inheritedSocket,
        @Nullable Executor executor,
        PoolConfig pool,
        Engine engine,
        int leaders,
        boolean awaitFirstByte,
        ServerListener listener,
        @Nullable ProxyProtocol proxyProtocol,
        @Nullable Tls tls,
        Duration idleTimeout,
        Duration readTimeout,
        Duration writeTimeout,
        Duration shutdownGrace,
        Duration drainDelay,
        int readBufferSize,
        int writeBufferSize,
        boolean tcpNoDelay,
        Set<PosixFilePermission> socketPermissions,
        int maxDatagramSize,
        int receiveBufferSize) {

    static final String DEFAULT_NAME = "server";
    static final int DEFAULT_BACKLOG = 4096;
    static final int DEFAULT_BUFFER_SIZE = 8192;
    static final int DEFAULT_MAX_DATAGRAM_SIZE = 65_535;
    private static final int MIN_BUFFER_SIZE = 16;

    /** Checks every option. */
    public ServerConfig {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(socketPermissions, "socketPermissions");
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new IllegalArgumentException("address cannot be resolved: " + inet);
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        Objects.requireNonNull(engine, "engine");
        Options.checkAtLeast("backlog", 1, backlog);
        Options.checkAtLeast("leaders", 0, leaders);
        if (engine == Engine.SELECTING && !canSelect(executor, pool)) {
            throw new IllegalArgumentException("engine SELECTING needs the server's own pool, of platform workers");
        }
        Options.checkTimeout("idleTimeout", idleTimeout);
        Options.checkTimeout("readTimeout", readTimeout);
        Options.checkTimeout("writeTimeout", writeTimeout);
        Options.checkTimeout("shutdownGrace", shutdownGrace);
        Options.checkTimeout("drainDelay", drainDelay);
        Options.checkAtLeast("readBufferSize", MIN_BUFFER_SIZE, readBufferSize);
        Options.checkAtLeast("writeBufferSize", MIN_BUFFER_SIZE, writeBufferSize);
        socketPermissions = Set.copyOf(socketPermissions);
        Options.checkAtLeast("maxDatagramSize", 1, maxDatagramSize);
        Options.checkAtMost("maxDatagramSize", DEFAULT_MAX_DATAGRAM_SIZE, maxDatagramSize);
        Options.checkAtLeast("receiveBufferSize", 0, receiveBufferSize);
    }

    private static boolean canSelect(@Nullable Executor executor, PoolConfig pool) {
        return executor == null && pool.workerKind() == WorkerKind.PLATFORM;
    }

    /** Tells whether connections wait in a selector between two requests. */
    boolean isSelecting() {
        return engine != Engine.BLOCKING && canSelect(executor, pool);
    }

    /** Returns the configuration of a server on that port of all addresses, with every other option at its default. */
    public static ServerConfig ofPort(int port) {
        return builder().port(port).build();
    }

    /** Returns a builder with every option at its default; the address is a free port of all addresses. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Collects the options; checked when built. Not thread-safe. */
    public static final class Builder {
        private SocketAddress address = new InetSocketAddress(0);
        private String name = DEFAULT_NAME;
        private int backlog = DEFAULT_BACKLOG;
        private boolean reuseAddress = true;
        private boolean reusePort;
        private boolean inheritedSocket;
        private @Nullable Executor executor;
        private PoolConfig pool = PoolConfig.defaults();
        private Engine engine = Engine.AUTO;
        private int leaders;
        private boolean awaitFirstByte;
        private ServerListener listener = ServerListener.NONE;
        private @Nullable ProxyProtocol proxyProtocol;
        private @Nullable Tls tls;
        private Duration idleTimeout = Duration.ofMinutes(5);
        private Duration readTimeout = Duration.ofMinutes(5);
        private Duration writeTimeout = Duration.ofMinutes(1);
        private Duration shutdownGrace = Duration.ofSeconds(10);
        private Duration drainDelay = Duration.ZERO;
        private int readBufferSize = DEFAULT_BUFFER_SIZE;
        private int writeBufferSize = DEFAULT_BUFFER_SIZE;
        private boolean tcpNoDelay = true;
        private Set<PosixFilePermission> socketPermissions = PosixFilePermissions.fromString("rw-rw----");
        private int maxDatagramSize = DEFAULT_MAX_DATAGRAM_SIZE;
        private int receiveBufferSize;

        private Builder() {}

        private Builder(ServerConfig config) {
            address = config.address;
            name = config.name;
            backlog = config.backlog;
            reuseAddress = config.reuseAddress;
            reusePort = config.reusePort;
            inheritedSocket = config.inheritedSocket;
            executor = config.executor;
            pool = config.pool;
            engine = config.engine;
            leaders = config.leaders;
            awaitFirstByte = config.awaitFirstByte;
            listener = config.listener;
            proxyProtocol = config.proxyProtocol;
            tls = config.tls;
            idleTimeout = config.idleTimeout;
            readTimeout = config.readTimeout;
            writeTimeout = config.writeTimeout;
            shutdownGrace = config.shutdownGrace;
            drainDelay = config.drainDelay;
            readBufferSize = config.readBufferSize;
            writeBufferSize = config.writeBufferSize;
            tcpNoDelay = config.tcpNoDelay;
            socketPermissions = config.socketPermissions;
            maxDatagramSize = config.maxDatagramSize;
            receiveBufferSize = config.receiveBufferSize;
        }

        /** Sets {@link ServerConfig#address()}. */
        public Builder address(SocketAddress value) {
            address = value;
            return this;
        }

        /**
         * Sets the address to that port of all addresses; 0 for a free one.
         *
         * @throws IllegalArgumentException if the port is not 0 to 65535
         */
        public Builder port(int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port must be 0 to 65535: " + port);
            }
            return address(new InetSocketAddress(port));
        }

        /** Sets {@link ServerConfig#name()}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Sets {@link ServerConfig#backlog()}. */
        public Builder backlog(int value) {
            backlog = value;
            return this;
        }

        /** Sets {@link ServerConfig#reuseAddress()}. */
        public Builder reuseAddress(boolean value) {
            reuseAddress = value;
            return this;
        }

        /** Sets {@link ServerConfig#reusePort()}. */
        public Builder reusePort(boolean value) {
            reusePort = value;
            return this;
        }

        /** Sets {@link ServerConfig#inheritedSocket()}. */
        public Builder inheritedSocket(boolean value) {
            inheritedSocket = value;
            return this;
        }

        /** Sets {@link ServerConfig#executor()}. */
        public Builder executor(@Nullable Executor value) {
            executor = value;
            return this;
        }

        /** Sets {@link ServerConfig#pool()}. */
        public Builder pool(PoolConfig value) {
            pool = value;
            return this;
        }

        /** Sets {@link ServerConfig#engine()}. */
        public Builder engine(Engine value) {
            engine = value;
            return this;
        }

        /** Sets {@link ServerConfig#leaders()}. */
        public Builder leaders(int value) {
            leaders = value;
            return this;
        }

        /** Sets {@link ServerConfig#awaitFirstByte()}. */
        public Builder awaitFirstByte(boolean value) {
            awaitFirstByte = value;
            return this;
        }

        /** Sets {@link ServerConfig#listener()}. */
        public Builder listener(ServerListener value) {
            listener = value;
            return this;
        }

        /** Sets {@link ServerConfig#proxyProtocol()}. */
        public Builder proxyProtocol(@Nullable ProxyProtocol value) {
            proxyProtocol = value;
            return this;
        }

        /** Sets {@link ServerConfig#tls()}. */
        public Builder tls(@Nullable Tls value) {
            tls = value;
            return this;
        }

        /** Sets {@link ServerConfig#idleTimeout()}. */
        public Builder idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        /** Sets {@link ServerConfig#readTimeout()}. */
        public Builder readTimeout(Duration value) {
            readTimeout = value;
            return this;
        }

        /** Sets {@link ServerConfig#writeTimeout()}. */
        public Builder writeTimeout(Duration value) {
            writeTimeout = value;
            return this;
        }

        /** Sets {@link ServerConfig#shutdownGrace()}. */
        public Builder shutdownGrace(Duration value) {
            shutdownGrace = value;
            return this;
        }

        /** Sets {@link ServerConfig#drainDelay()}. */
        public Builder drainDelay(Duration value) {
            drainDelay = value;
            return this;
        }

        /** Sets {@link ServerConfig#readBufferSize()}. */
        public Builder readBufferSize(int value) {
            readBufferSize = value;
            return this;
        }

        /** Sets {@link ServerConfig#writeBufferSize()}. */
        public Builder writeBufferSize(int value) {
            writeBufferSize = value;
            return this;
        }

        /** Sets {@link ServerConfig#tcpNoDelay()}. */
        public Builder tcpNoDelay(boolean value) {
            tcpNoDelay = value;
            return this;
        }

        /** Sets {@link ServerConfig#socketPermissions()}. */
        public Builder socketPermissions(Set<PosixFilePermission> value) {
            socketPermissions = value;
            return this;
        }

        /** Sets {@link ServerConfig#maxDatagramSize()}. */
        public Builder maxDatagramSize(int value) {
            maxDatagramSize = value;
            return this;
        }

        /** Sets {@link ServerConfig#receiveBufferSize()}. */
        public Builder receiveBufferSize(int value) {
            receiveBufferSize = value;
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException if an option's value is not allowed; the message names both
         */
        public ServerConfig build() {
            return new ServerConfig(
                    address,
                    name,
                    backlog,
                    reuseAddress,
                    reusePort,
                    inheritedSocket,
                    executor,
                    pool,
                    engine,
                    leaders,
                    awaitFirstByte,
                    listener,
                    proxyProtocol,
                    tls,
                    idleTimeout,
                    readTimeout,
                    writeTimeout,
                    shutdownGrace,
                    drainDelay,
                    readBufferSize,
                    writeBufferSize,
                    tcpNoDelay,
                    socketPermissions,
                    maxDatagramSize,
                    receiveBufferSize);
        }
    }
}
