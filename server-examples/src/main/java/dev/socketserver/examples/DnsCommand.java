package dev.socketserver.examples;

import dev.socketserver.ServerGroup;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code dns}: a name server, for {@code dig} or a resolver that forwards a zone to it. */
@Command(
        name = "dns",
        description = "Runs a name server of one zone, by UDP and TCP. On SIGTERM or Ctrl-C, drains and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class DnsCommand implements Serving {
    private static final int DEFAULT_PORT = 7053;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ListenOptions listen = ListenOptions.onLoopback(DEFAULT_PORT);

    @Option(names = "--zone", paramLabel = "Z", description = "The name of the zone; default: ${DEFAULT-VALUE}.")
    private String zone = "example.test";

    @Option(
            names = "--record",
            paramLabel = "R",
            description =
                    "A record, \"NAME TYPE VALUE\", as in \"www A 192.0.2.1\"; NAME is @ for the zone itself, TYPE"
                            + " is A, AAAA, TXT or NS. Any number of times.")
    private List<String> records = List.of();

    @Option(
            names = "--ttl",
            paramLabel = "S",
            description = "How long an answer may be kept, in seconds; default: ${DEFAULT-VALUE}.")
    private int ttl = 300;

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a connection may be silent, in seconds; default: 10.")
    private Duration idleTimeout = Duration.ofSeconds(10);

    @Override
    public Integer call() throws IOException {
        var service = new DnsService(zone());
        var datagrams = new UdpServer(listen.config("udp").build(), service.datagrams());
        var connections = new TcpServer(
                listen.config("tcp", idleTimeout).framing(DnsService.FRAMING).build(), service.connections());
        try (var group = new ServerGroup(datagrams, connections)) {
            listen.serve(group);
        }
        return 0;
    }

    private DnsZone zone() {
        try {
            var known = new DnsZone(zone, ttl);
            records.forEach(known::add);
            return known;
        } catch (IllegalArgumentException e) {
            throw Commands.badOption(spec, e);
        }
    }
}
