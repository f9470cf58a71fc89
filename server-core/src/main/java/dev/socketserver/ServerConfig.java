package dev.socketserver;

import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.limit.SourceLimits;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.PoolConfig;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The configuration of a server. Immutable, so thread-safe; made by a {@link #builder()}. */
public final class ServerConfig {
    /** How many connections there may be by default where the system does not tell how many it allows. */
    public static final int MAX_CONNECTIONS_IF_UNKNOWN = 10_000;

    private final ServerOptions options; // a copy, checked, and never changed

    private ServerConfig(ServerOptions options) {
        this.options = options;
    }

    /** Returns the configuration of a server for that port of all addresses, with every other option at its default. */
    public static ServerConfig ofPort(int port) {
        return builder().port(port).build();
    }

    /** Returns a builder with every option at its default. */
    public static Builder builder() {
        return new Builder(new ServerOptions());
    }

    /** Returns a builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(options.copy());
    }

    /**
     * Returns where to listen: an {@link InetSocketAddress} or, for a {@code UnixServer}, a
     * {@link java.net.UnixDomainSocketAddress}; the wildcard address listens on IPv4 and IPv6. The default is a free
     * port of all addresses.
     */
    public SocketAddress address() {
        return options.address;
    }

    /** Returns the name of the server's threads and log lines. The default is {@value ServerOptions#DEFAULT_NAME}. */
    public String name() {
        return options.name;
    }

    /**
     * Returns how many connections the system may hold for the acceptor, up to the system's own limit. The default is
     * {@value ServerOptions#DEFAULT_BACKLOG}.
     */
    public int backlog() {
        return options.backlog;
    }

    /**
     * Returns how many connections a server of streams may have, accepted and not yet closed; 0, the default, for the
     * descriptors that the process may still open when the server is bound, less a tenth and 64 at least, or for
     * {@value #MAX_CONNECTIONS_IF_UNKNOWN} where the system does not tell. In the last tenth before the limit those are
     * closed early that have been idle for longest.
     */
    public int maxConnections() {
        return options.maxConnections;
    }

    /**
     * Returns what is done when {@link #maxConnections()} or {@link #acceptRate()} is reached. The default is
     * {@link AtLimit#PAUSE}.
     */
    public AtLimit atLimit() {
        return options.atLimit;
    }

    /**
     * Returns how often a server of streams takes a connection, from all sources together; what comes faster waits or
     * is refused as {@link #atLimit()} says. The default is null: no limit.
     */
    public @Nullable RateLimit acceptRate() {
        return options.acceptRate;
    }

    /**
     * Returns what each source may have: connections at a time and per period; of a {@code UdpServer}, datagrams per
     * period. The source is the peer behind a proxy; what a trusted proxy sends for itself is not limited. The default
     * is null: no limits, since many peers may share the address of a balancer or a network.
     */
    public @Nullable SourceLimits sourceLimits() {
        return options.sourceLimits;
    }

    /**
     * Returns which addresses may come, a list that can be changed while the server runs. Behind a proxy, it is about
     * the peer there. The default is null: all may.
     */
    public @Nullable AccessList accessList() {
        return options.accessList;
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
     * Returns what runs the requests, which stays the caller's to close, after the server; the default is null: an
     * elastic pool of the server's own.
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
     * A connection never waits so with {@link Engine#BLOCKING}, or a given executor that is no elastic thread pool.
     */
    public Optional<Boolean> awaitFirstByte() {
        return options.awaitFirstByte;
    }

    /**
     * Returns what says where a message ends, so that {@code handle()} is called only when a whole one is there. The
     * default is null: it is called as soon as something has come. With a framing, a handler that speaks first does so
     * in {@code setup()}.
     */
    public @Nullable Framing framing() {
        return options.framing;
    }

    /** Returns what receives the server's events. The default is {@link ServerListener#NONE}. */
    public ServerListener listener() {
        return options.listener;
    }

    /**
     * Returns whether SLF4J's {@code MDC}, in a thread that calls a handler, hook, task or listener for a connection or
     * datagram, holds {@code server}, the server's {@link #name()}; {@code connection}, the {@link Request#id()}; and
     * {@code peer}, the {@link Request#remoteAddress()}. Afterwards it holds for these keys what it held before. The
     * default is false.
     */
    public boolean mdc() {
        return options.mdc;
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

    /** Returns after what silence {@link StreamRequestHandler#idle()} is called. The default is zero: never. */
    public Duration idleAfter() {
        return options.idleAfter;
    }

    /**
     * Returns how long a connection that was kept open may wait for its next message, or for its first; zero for no
     * limit. The default is 1 minute: silent peers give their descriptors back.
     */
    public Duration idleTimeout() {
        return options.idleTimeout;
    }

    /**
     * Returns how long one read in a handler may wait; zero for no limit. The default is 30 seconds: a peer that stops
     * inside a message does not keep a worker.
     */
    public Duration readTimeout() {
        return options.readTimeout;
    }

    /**
     * Returns how long a message may take, from when its first bytes are here and the rest is waited for, until it is
     * complete; zero for no limit. It is about {@code readLine}, {@code readUntil}, {@code readFrame},
     * {@code readFully}, {@code readSlice} and {@code await}, and about a handler that consumes nothing since its
     * message is not complete yet. The default is 30 seconds: a peer that sends a byte now and then does not keep a
     * worker. Unless it is zero, peers that stop inside a message give way, as if it had passed, when every worker is
     * busy and more than half of the workers wait for slow peers.
     */
    public Duration messageTimeout() {
        return options.messageTimeout;
    }

    /**
     * Returns how many bytes per second a peer has to send on average while the reads of a handler wait for the rest of
     * a message, or of a stream of known length ({@code limit}, {@code transferTo} with a length), once they have
     * waited for {@link #readTimeout()} in all; 0 for any number. The default is
     * {@value ServerOptions#DEFAULT_MIN_RATE}. Unless it is 0, peers that stop inside such a stream give way when every
     * worker is busy and more than half of the workers wait for slow peers.
     */
    public int minReadRate() {
        return options.minReadRate;
    }

    /**
     * Returns how long a write may wait for the peer to take at least one byte; zero for no limit. The default is 1
     * minute.
     */
    public Duration writeTimeout() {
        return options.writeTimeout;
    }

    /**
     * Returns how many bytes per second a peer has to take on average while the writes of a handler wait for it, once
     * they have waited for {@link #writeTimeout()} in all; 0 for any number. The default is
     * {@value ServerOptions#DEFAULT_MIN_RATE}. Unless it is 0, peers that read slowly give way, and are reset, when
     * every worker is busy and more than half of the workers wait for slow peers.
     */
    public int minWriteRate() {
        return options.minWriteRate;
    }

    /**
     * Returns at what age, a tenth more or less by chance, a connection ends when it is idle next, as if the server
     * drained: so clients that keep their connections come to new replicas, too. A conversation inside one
     * {@code handle()} hears of it in {@code awaitMessage()}; one that never waits there goes on. The default is zero:
     * no limit.
     */
    public Duration maxConnectionAge() {
        return options.maxConnectionAge;
    }

    /** Returns how long {@link BaseServer#close()} lets running requests go on. The default is 10 seconds. */
    public Duration shutdownGrace() {
        return options.shutdownGrace;
    }

    /**
     * Returns how long a server that is told to stop still accepts, as {@link ServerState#DRAINING}, so that a balancer
     * can see it and send its connections elsewhere. The default is zero.
     */
    public Duration drainDelay() {
        return options.drainDelay;
    }

    /**
     * Returns the initial size of a connection's read buffer, in bytes. The default is
     * {@value ServerOptions#DEFAULT_BUFFER_SIZE}.
     */
    public int readBufferSize() {
        return options.readBufferSize;
    }

    /**
     * Returns how many bytes of a peer may be unread when a handler says "not yet", by {@code keepOpen()} or
     * {@code awaitMessage()} with nothing consumed; a connection that has more fails with a
     * {@code MessageTooLongException}. What comes at once may exceed it, so that a connection's buffer never holds more
     * than about twice as much. The default is {@value ServerOptions#DEFAULT_MAX_UNREAD}.
     */
    public int maxUnread() {
        return options.maxUnread;
    }

    /**
     * Returns the size of a connection's write buffer, in bytes. The default is
     * {@value ServerOptions#DEFAULT_BUFFER_SIZE}.
     */
    public int writeBufferSize() {
        return options.writeBufferSize;
    }

    /**
     * Returns how many bytes of sent messages may wait for a peer; one of several counts as 64 at least. The default is
     * {@value ServerOptions#DEFAULT_OUTBOUND_LIMIT}.
     */
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
     * Returns the longest datagram that is taken whole, in bytes. The default is
     * {@value ServerOptions#DEFAULT_MAX_DATAGRAM_SIZE}.
     */
    public int maxDatagramSize() {
        return options.maxDatagramSize;
    }

    /**
     * Returns how many times as much as came a {@code UdpServer} may answer, counted with the headers of IP and UDP; 0,
     * the default, for any amount. It bounds what a forger of addresses can have the server send to a victim.
     */
    public int maxAmplification() {
        return options.maxAmplification;
    }

    /** Returns the socket's receive buffer in bytes; 0, the default, leaves it to the system. */
    public int receiveBufferSize() {
        return options.receiveBufferSize;
    }

    /**
     * Returns the options of a {@code UdpServer}'s socket that are set before it is bound, with their values, such as
     * {@link java.net.StandardSocketOptions#IP_MULTICAST_IF}. The default is none.
     */
    public Map<SocketOption<?>, Object> socketOptions() {
        return Map.copyOf(options.socketOptions);
    }

    /** Collects the options; checked when built. Not thread-safe. */
    public static final class Builder {
        private final ServerOptions options;

        private Builder(ServerOptions options) {
            this.options = options;
        }

        /**
         * Sets the address to that port of all addresses; 0 for a free one.
         *
         * @throws IllegalArgumentException if the port is not 0 to 65535
         */
        public Builder port(int port) {
            options.port(port);
            return this;
        }

        /** Sets {@link ServerConfig#address()}. */
        public Builder address(SocketAddress value) {
            options.address = value;
            return this;
        }

        /** Sets {@link ServerConfig#name()}. */
        public Builder name(String value) {
            options.name = value;
            return this;
        }

        /** Sets {@link ServerConfig#backlog()}. */
        public Builder backlog(int value) {
            options.backlog = value;
            return this;
        }

        /** Sets {@link ServerConfig#maxConnections()}. */
        public Builder maxConnections(int value) {
            options.maxConnections = value;
            return this;
        }

        /** Sets {@link ServerConfig#atLimit()}. */
        public Builder atLimit(AtLimit value) {
            options.atLimit = value;
            return this;
        }

        /** Sets {@link ServerConfig#acceptRate()}. */
        public Builder acceptRate(@Nullable RateLimit value) {
            options.acceptRate = value;
            return this;
        }

        /** Sets {@link ServerConfig#sourceLimits()}. */
        public Builder sourceLimits(@Nullable SourceLimits value) {
            options.sourceLimits = value;
            return this;
        }

        /** Sets {@link ServerConfig#accessList()}. */
        public Builder accessList(@Nullable AccessList value) {
            options.accessList = value;
            return this;
        }

        /** Sets {@link ServerConfig#reuseAddress()}. */
        public Builder reuseAddress(boolean value) {
            options.reuseAddress = value;
            return this;
        }

        /** Sets {@link ServerConfig#reusePort()}. */
        public Builder reusePort(boolean value) {
            options.reusePort = value;
            return this;
        }

        /** Sets {@link ServerConfig#inheritedSocket()}. */
        public Builder inheritedSocket(boolean value) {
            options.inheritedSocket = value;
            return this;
        }

        /** Sets {@link ServerConfig#executor()}. */
        public Builder executor(@Nullable Executor value) {
            options.executor = value;
            return this;
        }

        /** Sets {@link ServerConfig#pool()}. */
        public Builder pool(PoolConfig value) {
            options.pool = value;
            return this;
        }

        /** Sets {@link ServerConfig#engine()}. */
        public Builder engine(Engine value) {
            options.engine = value;
            return this;
        }

        /** Sets {@link ServerConfig#selectors()}. */
        public Builder selectors(int value) {
            options.selectors = value;
            return this;
        }

        /** Sets {@link ServerConfig#awaitFirstByte()}. */
        public Builder awaitFirstByte(boolean value) {
            options.awaitFirstByte = Optional.of(value);
            return this;
        }

        /** Sets {@link ServerConfig#framing()}. */
        public Builder framing(Framing value) {
            options.framing = value;
            return this;
        }

        /** Sets {@link ServerConfig#listener()}. */
        public Builder listener(ServerListener value) {
            options.listener = value;
            return this;
        }

        /** Sets {@link ServerConfig#mdc()}. */
        public Builder mdc(boolean value) {
            options.mdc = value;
            return this;
        }

        /** Sets {@link ServerConfig#proxyProtocol()}. */
        public Builder proxyProtocol(@Nullable ProxyProtocol value) {
            options.proxyProtocol = value;
            return this;
        }

        /** Sets {@link ServerConfig#tls()}. */
        public Builder tls(@Nullable Tls value) {
            options.tls = value;
            return this;
        }

        /** Sets {@link ServerConfig#idleAfter()}. */
        public Builder idleAfter(Duration value) {
            options.idleAfter = value;
            return this;
        }

        /** Sets {@link ServerConfig#idleTimeout()}. */
        public Builder idleTimeout(Duration value) {
            options.idleTimeout = value;
            return this;
        }

        /** Sets {@link ServerConfig#readTimeout()}. */
        public Builder readTimeout(Duration value) {
            options.readTimeout = value;
            return this;
        }

        /** Sets {@link ServerConfig#messageTimeout()}. */
        public Builder messageTimeout(Duration value) {
            options.messageTimeout = value;
            return this;
        }

        /** Sets {@link ServerConfig#writeTimeout()}. */
        public Builder writeTimeout(Duration value) {
            options.writeTimeout = value;
            return this;
        }

        /** Sets {@link ServerConfig#minReadRate()}. */
        public Builder minReadRate(int bytesPerSecond) {
            options.minReadRate = bytesPerSecond;
            return this;
        }

        /** Sets {@link ServerConfig#minWriteRate()}. */
        public Builder minWriteRate(int bytesPerSecond) {
            options.minWriteRate = bytesPerSecond;
            return this;
        }

        /** Sets {@link ServerConfig#maxConnectionAge()}. */
        public Builder maxConnectionAge(Duration value) {
            options.maxConnectionAge = value;
            return this;
        }

        /** Sets {@link ServerConfig#shutdownGrace()}. */
        public Builder shutdownGrace(Duration value) {
            options.shutdownGrace = value;
            return this;
        }

        /** Sets {@link ServerConfig#drainDelay()}. */
        public Builder drainDelay(Duration value) {
            options.drainDelay = value;
            return this;
        }

        /** Sets {@link ServerConfig#readBufferSize()}. */
        public Builder readBufferSize(int value) {
            options.readBufferSize = value;
            return this;
        }

        /** Sets {@link ServerConfig#maxUnread()}. */
        public Builder maxUnread(int value) {
            options.maxUnread = value;
            return this;
        }

        /** Sets {@link ServerConfig#writeBufferSize()}. */
        public Builder writeBufferSize(int value) {
            options.writeBufferSize = value;
            return this;
        }

        /** Sets {@link ServerConfig#outboundLimit()}. */
        public Builder outboundLimit(int value) {
            options.outboundLimit = value;
            return this;
        }

        /** Sets {@link ServerConfig#outboundPolicy()}. */
        public Builder outboundPolicy(OutboundPolicy value) {
            options.outboundPolicy = value;
            return this;
        }

        /** Sets {@link ServerConfig#tcpNoDelay()}. */
        public Builder tcpNoDelay(boolean value) {
            options.tcpNoDelay = value;
            return this;
        }

        /** Sets {@link ServerConfig#socketPermissions()}. */
        public Builder socketPermissions(Set<PosixFilePermission> value) {
            options.socketPermissions = value;
            return this;
        }

        /** Sets {@link ServerConfig#maxDatagramSize()}. */
        public Builder maxDatagramSize(int value) {
            options.maxDatagramSize = value;
            return this;
        }

        /** Sets {@link ServerConfig#maxAmplification()}. */
        public Builder maxAmplification(int value) {
            options.maxAmplification = value;
            return this;
        }

        /** Sets {@link ServerConfig#receiveBufferSize()}. */
        public Builder receiveBufferSize(int value) {
            options.receiveBufferSize = value;
            return this;
        }

        /** Adds one to {@link ServerConfig#socketOptions()}. */
        public <T> Builder socketOption(SocketOption<T> name, T value) {
            options.socketOptions.put(name, Objects.requireNonNull(value, name.name()));
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException if a value is not allowed; the message names the option and the value
         */
        public ServerConfig build() {
            options.check();
            return new ServerConfig(options.copy());
        }
    }
}
