package dev.socketserver.examples;

import dev.socketserver.BaseServer;
import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.ProjectVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
    private static final String DEFAULT_PORT = "5514";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--host", paramLabel = "H", description = "The address to listen on; default: all.")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = DEFAULT_PORT,
            description = "The port of both, 0 for a free one for each; default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a connection may be silent, in seconds; default: 3600.")
    private Duration idleTimeout = Duration.ofHours(1);

    @Override
    public Integer call() throws Exception {
        var stopped = new CountDownLatch(1);
        return GracefulExit.call(stopped::countDown, () -> serveUntil(stopped));
    }

    private int serveUntil(CountDownLatch stopped) throws IOException, InterruptedException {
        var received = new LongAdder();
        long dropped;
        try (var datagrams = new UdpServer(
                        config("udp").build(), SyslogHandler.forDatagrams(message -> print(message, received)));
                var connections = new TcpServer(
                        config("tcp").framing(SyslogHandler.FRAMING).build(),
                        () -> new SyslogHandler(message -> print(message, received)))) {
            start(datagrams);
            start(connections);
            stopped.await();
            dropped = datagrams.systemDrops().orElse(0);
        }
        print(received + " received, " + dropped + " dropped by the system");
        return 0;
    }

    private void start(BaseServer<?> server) throws IOException {
        server.start();
        print("listening on " + server.name() + " " + AddressText.of(server.address()));
    }

    private void print(SyslogMessage message, LongAdder received) {
        received.increment();
        print(message.toString());
    }

    /** Prints a line; handlers do so at the same time. */
    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }

    private ServerConfig.Builder config(String name) {
        try {
            var config = ServerConfig.builder()
                    .name(name)
                    .address(host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port))
                    .idleTimeout(idleTimeout);
            config.build(); // so that a bad value is told before anything listens
            return config;
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage()).replace("idleTimeout", "idle-timeout");
            throw new ParameterException(spec.commandLine(), message, e);
        }
    }
}
