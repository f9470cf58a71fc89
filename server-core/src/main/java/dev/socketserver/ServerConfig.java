package dev.socketserver;

import dev.socketserver.internal.util.Check;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The configuration of a server. Immutable, so thread-safe; made by a {@link #builder()}. */
public final class ServerConfig {
    static final String DEFAULT_NAME = "server";
    static final int DEFAULT_BACKLOG = 4096;
    static final int DEFAULT_BUFFER_SIZE = 8192;
    static final int DEFAULT_OUTBOUND_LIMIT = 1024 * 1024;
    static final int DEFAULT_MAX_DATAGRAM_SIZE = 65_535;
    private static final int MIN_BUFFER_SIZE = 16;
    private static final int MAX_PORT = 65_535;

    private final Builder options; // a copy, checked, and never changed

    private ServerConfig(Builder options) {
        this.options = options;
    }

    /** Returns the configuration of a server for that port of all addresses, with every other option at its default. */
    public static ServerConfig ofPort(int port) {
        return builder().port(port).build();
    }

    /** Returns a builder with every option at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(options);
    }

    /**
     * Returns where to listen: an {@link InetSocketAddress} or, for a {@code UnixServer}, a
     * {@link java.net.UnixDomainSocketAddress}; the wildcard address listens on IPv4 and IPv6. The default is a free
     * port of all addresses.
     */
    public SocketAddress address() {
        return options.address;
    }

    /** Returns what the server's threads and log lines are called. The default is {@value #DEFAULT_NAME}. */
    public String name() {
        return options.name;
    }

    /**
     * Returns how many connections the system may hold for the acceptor, up to the system's own limit. The default is
     * {@value #DEFAULT_BACKLOG}.
     */
    public int backlog() {
        return options.backlog;
    }

    /** Returns whether a port that old connections linger on may be bound. The default is true. */
    public boolean reuseAddress() {
        return options.reuseAddress;
    }

    /** Returns whether several sockets may be bound to the port, where the system can. The default is false. */
    public boolean reusePort() {
        return options.reusePort;
    }

    /** Returns whether a {@code TcpServer} takes the listening socket that is descriptor 0. The default is false. */
    public boolean inheritedSocket() {
        return options.inheritedSocket;
    }

    /**
     * Returns what runs the requests, which stays the caller's to close; the default is null: an elastic pool of the
     * server's own.
     */
    public @Nullable Executor executor() {
        return options.executor;
    }

    /** Returns the configuration of the server's own pool. */
    public PoolConfig pool() {
        return options.pool;
    }

    /** Returns how the server waits for what its peers send. The default is {@link Engine#AUTO}. */
    public Engine engine() {
        return options.engine;
    }

    /**
     * Returns how many workers select at the same time, with {@link Engine#SELECTING}; 0, the default, for one to every
     * four processors.
     */
    public int selectors() {
        return options.selectors;
    }

    /**
     * Returns whether a new connection waits for its first byte, without a worker, before its handler is created; false
     * if its handler is called at once. The default is empty: the server learns from its first connections whether
     * handlers read first, so that others may wait; greet in {@code setup()}, and may wait afterwards; or write first.
     * A connection with a given executor, or with {@link Engine#BLOCKING}, never waits so.
     */
    public Optional<Boolean> awaitFirstByte() {
        return options.awaitFirstByte;
    }

    /** Returns what receives the server's events. The default is {@link ServerListener#NONE}. */
    public ServerListener listener() {
        return options.listener;
    }

    /**
     * Returns which proxies a {@code TcpServer} expects to say by the PROXY protocol on whose behalf they connect;
     * nobody else may connect then. The default is null: none.
     */
    public @Nullable ProxyProtocol proxyProtocol() {
        return options.proxyProtocol;
    }

    /** Returns how the connections of a server of streams are encrypted. The default is null: they are not. */
    public @Nullable Tls tls() {
        return options.tls;
    }

    /**
     * Returns how long a connection that was kept open may wait for its next message; zero for no limit. The default is
     * 5 minutes.
     */
    public Duration idleTimeout() {
        return options.idleTimeout;
    }

    /** Returns how long one read in a handler may wait; zero for no limit. The default is 5 minutes. */
    public Duration readTimeout() {
        return options.readTimeout;
    }

    /**
     * Returns how long a write may wait for the peer to take at least one byte; zero for no limit. The default is 1
     * minute.
     */
    public Duration writeTimeout() {
        return options.writeTimeout;
    }

    /** Returns how long {@link BaseServer#close()} lets running requests go on. The default is 10 seconds. */
    public Duration shutdownGrace() {
        return options.shutdownGrace;
    }

    /**
     * Returns how long a server that is told to stop still accepts, as {@link ServerState#DRAINING}, so that a balancer
     * can see that it is not ready any more and send its connections elsewhere. The default is zero.
     */
    public Duration drainDelay() {
        return options.drainDelay;
    }

    /** Returns the first size of a connection's read buffer, in bytes. The default is {@value #DEFAULT_BUFFER_SIZE}. */
    public int readBufferSize() {
        return options.readBufferSize;
    }

    /** Returns the size of a connection's write buffer, in bytes. The default is {@value #DEFAULT_BUFFER_SIZE}. */
    public int writeBufferSize() {
        return options.writeBufferSize;
    }

    /** Returns how many bytes of sent messages may wait for a peer. The default is {@value #DEFAULT_OUTBOUND_LIMIT}. */
    public int outboundLimit() {
        return options.outboundLimit;
    }

    /** Returns what happens when {@link #outboundLimit()} is reached. The default is {@link OutboundPolicy#CLOSE}. */
    public OutboundPolicy outboundPolicy() {
        return options.outboundPolicy;
    }

    /** Returns whether a flushed reply leaves at once (Nagle's algorithm off). The default is true. */
    public boolean tcpNoDelay() {
        return options.tcpNoDelay;
    }

    /**
     * Returns who may connect to a {@code UnixServer}, as the permissions of its socket file, where the file system has
     * such. The default is owner and group ({@code rw-rw----}).
     */
    public Set<PosixFilePermission> socketPermissions() {
        return options.socketPermissions;
    }

    /**
     * Returns the longest datagram that is taken whole, in bytes. The default is {@value #DEFAULT_MAX_DATAGRAM_SIZE}.
     */
    public int maxDatagramSize() {
        return options.maxDatagramSize;
    }

    /** Returns the socket's receive buffer in bytes; 0, the default, leaves it to the system. */
    public int receiveBufferSize() {
        return options.receiveBufferSize;
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
        private int selectors;
        private Optional<Boolean> awaitFirstByte = Optional.empty();
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
        private int outboundLimit = DEFAULT_OUTBOUND_LIMIT;
        private OutboundPolicy outboundPolicy = OutboundPolicy.CLOSE;
        private boolean tcpNoDelay = true;
        private Set<PosixFilePermission> socketPermissions = PosixFilePermissions.fromString("rw-rw----");
        private int maxDatagramSize = DEFAULT_MAX_DATAGRAM_SIZE;
        private int receiveBufferSize;

        private Builder() {}

        private Builder(Builder other) {
            address = other.address;
            name = other.name;
            backlog = other.backlog;
            reuseAddress = other.reuseAddress;
            reusePort = other.reusePort;
            inheritedSocket = other.inheritedSocket;
            executor = other.executor;
            pool = other.pool;
            engine = other.engine;
            selectors = other.selectors;
            awaitFirstByte = other.awaitFirstByte;
            listener = other.listener;
            proxyProtocol = other.proxyProtocol;
            tls = other.tls;
            idleTimeout = other.idleTimeout;
            readTimeout = other.readTimeout;
            writeTimeout = other.writeTimeout;
            shutdownGrace = other.shutdownGrace;
            drainDelay = other.drainDelay;
            readBufferSize = other.readBufferSize;
            writeBufferSize = other.writeBufferSize;
            outboundLimit = other.outboundLimit;
            outboundPolicy = other.outboundPolicy;
            tcpNoDelay = other.tcpNoDelay;
            socketPermissions = other.socketPermissions;
            maxDatagramSize = other.maxDatagramSize;
            receiveBufferSize = other.receiveBufferSize;
        }

        /**
         * Sets the address to that port of all addresses; 0 for a free one.
         *
         * @throws IllegalArgumentException if the port is not 0 to 65535
         */
        public Builder port(int port) {
            if (port < 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("port must be 0 to " + MAX_PORT + ": " + port);
            }
            return address(new InetSocketAddress(port));
        }

        /** Sets {@link ServerConfig#address()}. */
        public Builder address(SocketAddress value) {
            address = value;
            return this;
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

        /** Sets {@link ServerConfig#selectors()}. */
        public Builder selectors(int value) {
            selectors = value;
            return this;
        }

        /** Sets {@link ServerConfig#awaitFirstByte()}. */
        public Builder awaitFirstByte(boolean value) {
            awaitFirstByte = Optional.of(value);
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

        /** Sets {@link ServerConfig#outboundLimit()}. */
        public Builder outboundLimit(int value) {
            outboundLimit = value;
            return this;
        }

        /** Sets {@link ServerConfig#outboundPolicy()}. */
        public Builder outboundPolicy(OutboundPolicy value) {
            outboundPolicy = value;
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
         * @throws IllegalArgumentException if a value is not allowed; the message names the option and the value
         */
        public ServerConfig build() {
            check();
            var copy = new Builder(this);
            copy.socketPermissions = Set.copyOf(socketPermissions);
            return new ServerConfig(copy);
        }

        private void check() {
            Objects.requireNonNull(address, "address");
            if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
                throw new IllegalArgumentException("address cannot be resolved: " + inet);
            }
            if (Objects.requireNonNull(name, "name").isBlank()) {
                throw new IllegalArgumentException("name must not be blank");
            }
            Objects.requireNonNull(pool, "pool");
            Objects.requireNonNull(engine, "engine");
            Objects.requireNonNull(listener, "listener");
            Objects.requireNonNull(outboundPolicy, "outboundPolicy");
            Objects.requireNonNull(socketPermissions, "socketPermissions");
            if (engine == Engine.SELECTING && !(executor == null || executor instanceof ElasticThreadPool)) {
                throw new IllegalArgumentException("engine SELECTING needs an elastic thread pool: " + executor);
            }
            Check.atLeast("backlog", 1, backlog);
            Check.atLeast("selectors", 0, selectors);
            Check.notNegative("idleTimeout", idleTimeout);
            Check.notNegative("readTimeout", readTimeout);
            Check.notNegative("writeTimeout", writeTimeout);
            Check.notNegative("shutdownGrace", shutdownGrace);
            Check.notNegative("drainDelay", drainDelay);
            Check.atLeast("readBufferSize", MIN_BUFFER_SIZE, readBufferSize);
            Check.atLeast("writeBufferSize", MIN_BUFFER_SIZE, writeBufferSize);
            Check.atLeast("outboundLimit", 1, outboundLimit);
            Check.atLeast("maxDatagramSize", 1, maxDatagramSize);
            Check.atMost("maxDatagramSize", DEFAULT_MAX_DATAGRAM_SIZE, maxDatagramSize);
            Check.atLeast("receiveBufferSize", 0, receiveBufferSize);
        }
    }
}
