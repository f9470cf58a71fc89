package dev.socketserver.examples;

import dev.socketserver.BaseServer;
import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import dev.socketserver.UnixServer;
import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import dev.socketserver.examples.health.MonitoringEndpoint;
import dev.socketserver.net.Cidr;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code echo}: a server that sends back what it receives until it is stopped. */
@Command(
        name = "echo",
        description =
                "Runs an echo server on an elastic pool. On SIGTERM or Ctrl-C, finishes running requests and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class EchoCommand implements Serving {
    private static final String DEFAULT_PORT = "7007";
    private static final int MAX_PORT = 65_535;

    /** The transport of the server. */
    enum Transport {
        TCP,
        UDP,
        UNIX;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--transport", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}; default: tcp.")
    private Transport transport = Transport.TCP;

    @Option(names = "--host", paramLabel = "H", description = "The address to listen on; default: all.")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = DEFAULT_PORT,
            description = "The port, 0 for a free one; default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--inherited",
            description = "Use the listening socket that systemd or inetd passes as file descriptor 0; TCP only.")
    private boolean inherited;

    @Option(names = "--path", paramLabel = "F", description = "The socket file, for transport unix.")
    private @Nullable Path path;

    @Option(names = "--workers", paramLabel = "KIND", description = "platform or virtual threads; default: platform.")
    private WorkerKind workers = WorkerKind.PLATFORM;

    @Option(
            names = "--min-workers",
            paramLabel = "N",
            defaultValue = "" + PoolConfig.DEFAULT_MIN_WORKERS,
            description = "The minimum number of workers; default: ${DEFAULT-VALUE}.")
    private int minWorkers;

    @Option(
            names = "--max-workers",
            paramLabel = "N",
            defaultValue = "" + PoolConfig.DEFAULT_MAX_WORKERS,
            description = "The maximum number of workers; default: ${DEFAULT-VALUE}.")
    private int maxWorkers;

    @Option(
            names = "--min-spare-workers",
            paramLabel = "N",
            defaultValue = "" + PoolConfig.DEFAULT_MIN_SPARE_WORKERS,
            description = "Idle workers to keep in reserve; default: ${DEFAULT-VALUE}.")
    private int minSpareWorkers;

    @Option(
            names = "--queue-threshold",
            paramLabel = "N",
            defaultValue = "" + PoolConfig.DEFAULT_QUEUE_THRESHOLD,
            description = "Add a worker when more requests than this are waiting; default: ${DEFAULT-VALUE}.")
    private int queueThreshold;

    @Option(
            names = "--grace",
            paramLabel = "S",
            description = "Seconds that running requests may take to finish after a stop signal; default: 10.")
    private Duration grace = ServerConfig.ofPort(0).shutdownGrace();

    @Option(
            names = "--drain-delay",
            paramLabel = "S",
            description = "Seconds to keep accepting after a stop signal while reporting not ready; default: 0.")
    private Duration drainDelay = Duration.ZERO;

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Option(
            names = "--proxy-protocol",
            paramLabel = "CIDR",
            split = ",",
            description = "Require a PROXY header, version 1 or 2, and accept connections only from these ranges, "
                    + "such as 10.0.0.0/8,fd00::/8; default: none.")
    private List<Cidr> proxies = List.of();

    @Option(
            names = "--tls",
            paramLabel = "F",
            description = "Speak TLS, with the certificate, and its chain, in this PEM file; default: no TLS.")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "F",
            description = "The PEM file of the certificate's key; default: that of the certificate.")
    private @Nullable Path key;

    @Option(
            names = "--health-port",
            paramLabel = "P",
            description =
                    "Serve /health/live, /health/ready and /metrics on this port, 0 for a free one; " + "default: off.")
    private @Nullable Integer healthPort;

    @Option(
            names = "--health-host",
            paramLabel = "H",
            description = "The address to serve them on, 0.0.0.0 for all; default: loopback.")
    private @Nullable String healthHost;

    @Override
    public Integer call() throws IOException {
        InetSocketAddress healthAddress = healthAddress();
        try (BaseServer<?> server = server()) {
            server.closeOnSignal(); // first: from when it is bound, peers may have connected
            bind(server);
            try (MonitoringEndpoint health =
                    healthAddress == null ? null : MonitoringEndpoint.open(server, healthAddress)) {
                Commands.print(spec, "listening on " + AddressText.of(server.address()));
                if (health != null) {
                    Commands.print(spec, "health on " + AddressText.of(health.address()));
                }
                server.serveForever();
            }
        }
        return 0;
    }

    private @Nullable InetSocketAddress healthAddress() {
        if (healthPort == null) {
            Commands.require(spec, healthHost == null, "--health-host needs --health-port");
            return null;
        }
        Commands.require(
                spec,
                healthPort >= 0 && healthPort <= MAX_PORT,
                "--health-port must be 0 to " + MAX_PORT + ": " + healthPort);
        if (healthHost == null) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), healthPort);
        }
        var address = new InetSocketAddress(healthHost, healthPort);
        Commands.require(spec, !address.isUnresolved(), "unknown --health-host: " + healthHost);
        return address;
    }

    private void bind(BaseServer<?> server) throws IOException {
        try {
            server.bind();
        } catch (UnsupportedOperationException e) {
            throw Commands.badOption(spec, e);
        }
    }

    private BaseServer<?> server() throws IOException {
        try {
            ServerConfig config = config();
            return switch (transport) {
                case TCP -> new TcpServer(config, EchoHandler::new);
                case UDP -> new UdpServer(config, DatagramRequestHandler.of((in, out) -> in.transferTo(out)));
                case UNIX -> new UnixServer(config, EchoHandler::new);
            };
        } catch (IllegalArgumentException e) {
            throw Commands.badOption(spec, e);
        }
    }

    private ServerConfig config() throws IOException {
        ServerConfig.Builder config = ServerConfig.builder()
                .name("echo")
                .address(address())
                .inheritedSocket(inherited)
                .drainDelay(drainDelay)
                .shutdownGrace(grace)
                .pool(PoolConfig.builder()
                        .name("echo-worker")
                        .workerKind(workers)
                        .minWorkers(minWorkers)
                        .maxWorkers(maxWorkers)
                        .minSpareWorkers(minSpareWorkers)
                        .queueThreshold(queueThreshold)
                        .build());
        if (transport != Transport.UDP) {
            config.awaitFirstByte(true); // silent peers hold no worker
        }
        if (!proxies.isEmpty()) {
            config.proxyProtocol(new ProxyProtocol(proxies, ProxyProtocol.DEFAULT_HEADER_TIMEOUT));
        }
        config.tls(Commands.tls(spec, certificate, key, "--tls-key needs --tls"));
        limits.apply(config);
        return config.build();
    }

    private SocketAddress address() {
        if (transport != Transport.UNIX) {
            Commands.require(spec, path == null, "--path needs --transport unix");
            Commands.require(spec, host == null || !host.isBlank(), "--host is empty; leave it out for all addresses");
            return host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        }
        if (path == null || path.toString().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--path is missing, the socket file for --transport unix");
        }
        boolean hasPort = spec.commandLine().getParseResult().hasMatchedOption("--port");
        Commands.require(spec, host == null && !hasPort, "--host and --port are not for --transport unix");
        return UnixDomainSocketAddress.of(path);
    }
}
