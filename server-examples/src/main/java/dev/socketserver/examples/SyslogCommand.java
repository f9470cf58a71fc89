package dev.socketserver.examples;

import dev.socketserver.ServerGroup;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.ProjectVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code syslog}: prints what {@code logger}, rsyslog or a device sends. */
@Command(
        name = "syslog",
        description =
                "Prints messages of syslog that come by UDP and TCP. On SIGTERM or Ctrl-C, takes what has come and"
                        + " exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class SyslogCommand implements Callable<Integer> {
    private static final int DEFAULT_PORT = 5514;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ListenOptions listen = ListenOptions.onAll(DEFAULT_PORT);

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a connection may be silent, in seconds; default: 3600.")
    private Duration idleTimeout = Duration.ofHours(1);

    @Override
    public Integer call() throws IOException {
        var received = new LongAdder();
        long dropped;
        try (var datagrams = new UdpServer(
                        listen.config("udp").build(), SyslogHandler.forDatagrams(message -> print(message, received)));
                var connections = new TcpServer(
                        listen.config("tcp", idleTimeout)
                                .framing(SyslogHandler.FRAMING)
                                .build(),
                        () -> new SyslogHandler(message -> print(message, received)))) {
            listen.serve(new ServerGroup(datagrams, connections));
            dropped = datagrams.systemDrops().orElse(0);
        }
        Commands.print(spec, received + " received, " + dropped + " dropped by the system");
        return 0;
    }

    private void print(SyslogMessage message, LongAdder received) {
        received.increment();
        Commands.print(spec, message);
    }
}
