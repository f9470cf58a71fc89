package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamServer;
import dev.socketserver.TcpServer;
import dev.socketserver.UnixServer;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import dev.socketserver.examples.cli.Target;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code relay}: passes connections on to another address, as {@code socat} does. */
@Command(
        name = "relay",
        description =
                "Relays connections to another address. On SIGTERM or Ctrl-C, accepts no more, waits for those that"
                        + " are open, and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class RelayCommand implements Serving {
    private static final Pattern LISTEN = Pattern.compile("(?:(?:\\[([^\\]]+)]|([^\\[\\]:]*)):)?(\\d{1,5})");
    private static final String UNIX = "unix:";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "LISTEN",
            description = "Where to listen: PORT, HOST:PORT, [IPV6]:PORT or unix:PATH; port 0 is a free one.")
    private String listen = "";

    @Parameters(
            index = "1",
            paramLabel = "TARGET",
            description = "Where to connect to: HOST:PORT, [IPV6]:PORT or unix:PATH.")
    private String target = "";

    private static final Duration LONGEST_CONNECT = Duration.ofHours(24);

    @Option(
            names = "--connect-timeout",
            paramLabel = "S",
            description = "How long the target may take to accept, in seconds; default: 10.")
    private Duration connectTimeout = Duration.ofSeconds(10);

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long both sides may be silent, in seconds, 0 for no limit; default: 3600.")
    private Duration idleTimeout = Duration.ofHours(1);

    @Option(
            names = "--write-timeout",
            paramLabel = "S",
            description = "How long a side may take nothing of what the other has sent, in seconds; default: 60.")
    private Duration writeTimeout = Duration.ofMinutes(1);

    @Option(
            names = "--grace",
            paramLabel = "S",
            description = "How long connections may go on when it stops, in seconds; default: 10.")
    private Duration grace = Duration.ofSeconds(10);

    @Override
    public Integer call() throws IOException {
        ServerConfig config = config();
        Target to = target();
        Supplier<RelayHandler> handlers =
                () -> new RelayHandler(to, connectTimeout, line -> Commands.print(spec, line));
        try (StreamServer server = config.address() instanceof InetSocketAddress
                ? new TcpServer(config, handlers)
                : new UnixServer(config, handlers)) {
            return ListenOptions.serve(spec, server);
        }
    }

    private ServerConfig config() {
        try {
            return ServerConfig.builder()
                    .name("relay")
                    .address(address(listen))
                    .awaitFirstByte(false) // the target may be the one that speaks first
                    .idleTimeout(idleTimeout)
                    .writeTimeout(writeTimeout)
                    .shutdownGrace(grace)
                    .build();
        } catch (IllegalArgumentException e) {
            throw Commands.badOption(spec, e);
        }
    }

    private static SocketAddress address(String text) {
        if (text.startsWith(UNIX) && text.length() > UNIX.length()) {
            return UnixDomainSocketAddress.of(text.substring(UNIX.length()));
        }
        Matcher form = LISTEN.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("LISTEN must be PORT, HOST:PORT or unix:PATH: " + text);
        }
        String host = form.group(1) == null ? form.group(2) : form.group(1);
        int port = Integer.parseInt(form.group(3));
        return host == null || host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    private Target target() {
        try {
            Target parsed = Target.parse(target);
            boolean isShort = !connectTimeout.isZero() && connectTimeout.toMillis() < 1;
            if (isShort || connectTimeout.compareTo(LONGEST_CONNECT) > 0) {
                throw new IllegalArgumentException(
                        "connect-timeout must be 0 or 1 ms to " + LONGEST_CONNECT.toHours() + " h: " + connectTimeout);
            }
            if (parsed.scheme()
                    .filter(scheme -> scheme == Target.Scheme.TLS || scheme == Target.Scheme.UDP)
                    .isPresent()) {
                throw new IllegalArgumentException("TARGET must be HOST:PORT or unix:PATH: " + target);
            }
            return parsed;
        } catch (IllegalArgumentException e) {
            throw Commands.badOption(spec, e);
        }
    }
}
