package dev.socketserver;

import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** One of the settings in which connections are served: what they run over, and what runs their handlers. */
record StreamSetting(Transport transport, Execution execution, boolean isProxied) {
    private static final String PROXY_HEADER = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
    private static final Set<Execution> PLATFORM = EnumSet.complementOf(EnumSet.of(Execution.VIRTUAL));

    StreamSetting(Transport transport, Execution execution) {
        this(transport, execution, false);
    }

    /** What runs handlers. */
    enum Execution {
        SELECTING,
        THREE_SELECTORS,
        BLOCKING,
        GIVEN_POOL,
        SYNCHRONOUS,
        THREAD_PER_REQUEST,
        VIRTUAL
    }

    /** Returns every setting with platform threads and without a proxy. */
    static List<StreamSetting> all() {
        return with(PLATFORM);
    }

    /** Returns {@link #all()} over TCP, and the two engines over what else there is: for what takes its time. */
    static List<StreamSetting> sampled() {
        List<StreamSetting> settings = all();
        settings.removeIf(setting -> setting.transport != Transport.TCP
                && setting.execution != Execution.SELECTING
                && setting.execution != Execution.BLOCKING);
        return settings;
    }

    /** Returns the settings in which several connections are served at a time. */
    static List<StreamSetting> concurrent() {
        EnumSet<Execution> executions = EnumSet.copyOf(PLATFORM);
        executions.remove(Execution.SYNCHRONOUS);
        return with(executions);
    }

    /**
     * Returns the settings in which several connections are served at a time, and with them virtual workers, if this
     * JDK has them, and a connection through a proxy.
     */
    static List<StreamSetting> wide() {
        List<StreamSetting> settings = new ArrayList<>(concurrent());
        if (Strategy.available().contains(Strategy.VIRTUAL_ELASTIC_POOL)) {
            settings.add(new StreamSetting(Transport.TCP, Execution.VIRTUAL));
        }
        settings.add(new StreamSetting(Transport.TCP, Execution.SELECTING, true));
        return settings;
    }

    /** Returns {@link #wide()} in clear text. */
    static List<StreamSetting> clear() {
        return wide().stream()
                .filter(setting -> setting.transport != Transport.TLS)
                .toList();
    }

    /** Returns the settings in which the engine serves with a pool of its own, whichever engine it is. */
    static List<StreamSetting> engines() {
        return with(EnumSet.of(Execution.SELECTING, Execution.BLOCKING));
    }

    /** Returns the settings in which a connection that waits for its peer holds no thread. */
    static List<StreamSetting> selecting() {
        return with(EnumSet.of(Execution.SELECTING, Execution.THREE_SELECTORS, Execution.GIVEN_POOL));
    }

    /** Returns those of {@link #selecting()} in which the engine is as it is by default. */
    static List<StreamSetting> oneSelector() {
        return with(EnumSet.of(Execution.SELECTING));
    }

    private static List<StreamSetting> with(Set<Execution> executions) {
        List<StreamSetting> settings = new ArrayList<>();
        for (Transport transport : List.of(Transport.TCP, Transport.UNIX, Transport.TLS)) {
            executions.forEach(execution -> settings.add(new StreamSetting(transport, execution)));
        }
        return settings;
    }

    /** Makes a server. */
    interface Maker {
        StreamServer server(ServerConfig config);
    }

    /** A server that runs. */
    final class Running implements AutoCloseable {
        private final StreamServer server;
        private final ElasticThreadPool given;

        private Running(StreamServer server, ElasticThreadPool given) {
            this.server = server;
            this.given = given;
        }

        StreamServer server() {
            return server;
        }

        Peer connect() throws IOException {
            return StreamSetting.this.connect(server.address());
        }

        @Override
        public void close() {
            server.close();
            given.close();
        }
    }

    /** Starts a server of these handlers. */
    Running start(Path directory, UnaryOperator<ServerConfig.Builder> options, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return start(
                directory,
                options,
                config -> transport == Transport.UNIX
                        ? new UnixServer(config, handlers)
                        : new TcpServer(config, handlers));
    }

    /** Starts a server. */
    Running start(Path directory, UnaryOperator<ServerConfig.Builder> options, Maker maker) throws IOException {
        var given = new ElasticThreadPool(
                PoolConfig.builder().name("given").maxWorkers(100).build());
        var running = new Running(maker.server(config(directory, options, given)), given);
        try {
            running.server.start();
            return running;
        } catch (Throwable e) {
            running.close();
            throw e;
        }
    }

    private ServerConfig config(Path directory, UnaryOperator<ServerConfig.Builder> options, ElasticThreadPool given) {
        ServerConfig.Builder config = transport == Transport.UNIX
                ? ServerConfig.builder().address(UnixDomainSocketAddress.of(directory.resolve("socket")))
                : Loopback.config();
        if (transport == Transport.TLS) {
            config.tls(TlsSetup.tls());
        }
        if (isProxied) {
            config.proxyProtocol(ProxyProtocol.trusting("127.0.0.0/8", "::1"));
        }
        config = options.apply(config).selectors(execution == Execution.THREE_SELECTORS ? 3 : 0);
        switch (execution) {
            case SELECTING, THREE_SELECTORS -> config.engine(Engine.SELECTING);
            case BLOCKING -> config.engine(Engine.BLOCKING);
            case GIVEN_POOL -> config.engine(Engine.AUTO).executor(given);
            case SYNCHRONOUS -> config.engine(Engine.AUTO).executor(RequestExecutors.synchronous());
            case THREAD_PER_REQUEST -> config.engine(Engine.AUTO).executor(RequestExecutors.threadPerRequest());
            case VIRTUAL -> Strategy.VIRTUAL_ELASTIC_POOL.in(config);
        }
        return config.build();
    }

    /** Connects, with a handshake if there is one. */
    Peer connect(SocketAddress address) throws IOException {
        if (isProxied) {
            return TestClient.to(address).send(PROXY_HEADER);
        }
        return transport == Transport.TLS ? TlsClient.to(address, TlsSetup.trusting()) : TestClient.to(address);
    }

    /** Connects with the least receive buffer; a Unix socket has none of its own. */
    Peer connectWithSmallWindow(SocketAddress address) throws IOException {
        return connectWithWindow(address, 1);
    }

    /** Connects with a receive buffer of about that many bytes; a Unix socket has none of its own. */
    Peer connectWithWindow(SocketAddress address, int bytes) throws IOException {
        if (transport == Transport.UNIX) {
            return connect(address);
        }
        TestClient transport = TestClient.withWindow(address, bytes);
        if (isProxied) {
            return transport.send(PROXY_HEADER);
        }
        return this.transport == Transport.TLS
                ? new TlsClient(transport, TlsSetup.trusting().createSSLEngine()).shakeHands()
                : transport;
    }

    @Override
    public String toString() {
        return transport + " " + execution + (isProxied ? " PROXIED" : "");
    }
}
