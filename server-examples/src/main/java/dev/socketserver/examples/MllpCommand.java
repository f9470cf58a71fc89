package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.ProjectVersion;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code mllp}: takes messages of HL7 version 2, and shows their headers. */
@Command(
        name = "mllp",
        description =
                "Takes HL7 version 2 messages over MLLP and acknowledges them. Drains and exits on SIGTERM or Ctrl-C.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class MllpCommand implements Callable<Integer> {
    private static final int DEFAULT_PORT = 2575;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ListenOptions listen = ListenOptions.onAll(DEFAULT_PORT);

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a sender may be silent, in seconds; default: 3600.")
    private Duration idleTimeout = Duration.ofHours(1);

    @Override
    public Integer call() throws IOException {
        ServerConfig config =
                listen.config("mllp", idleTimeout).framing(MllpHandler.FRAMING).build();
        try (var server = new TcpServer(config, () -> new MllpHandler(this::show, Clock.systemUTC()))) {
            return listen.serve(server);
        }
    }

    private void show(String message) throws IOException {
        Commands.printReliably(spec, header(message));
    }

    /** Returns the header of a message as one line, without characters that a terminal obeys. */
    static String header(String message) {
        return CONTROL.matcher(message.substring(0, message.indexOf('\r'))).replaceAll(" ");
    }
}
