package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code chat}: a chat room for {@code nc}, {@code socat} or {@code telnet}. */
@Command(
        name = "chat",
        description = "Runs a chat server. On SIGTERM or Ctrl-C, sends everyone a goodbye message and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class ChatCommand implements Serving {
    private static final int DEFAULT_PORT = 7008;

    @Mixin
    private ListenOptions listen = ListenOptions.onAll(DEFAULT_PORT);

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a user may be silent, in seconds; default: 3600.")
    private Duration idleTimeout = Duration.ofHours(1);

    @Override
    public Integer call() throws IOException {
        ServerConfig config = listen.config("chat", idleTimeout).build();
        var room = new ChatHandler.Room();
        try (var server = new TcpServer(config, () -> new ChatHandler(room))) {
            return listen.serve(server);
        }
    }
}
