package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import dev.socketserver.examples.redis.Database;
import dev.socketserver.examples.redis.RedisHandler;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code redis}: strings, counters, lists and channels for the clients of Redis. */
@Command(
        name = "redis",
        description = "Runs a server in memory for clients of Redis. On SIGTERM or Ctrl-C, forgets all and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class RedisCommand implements Serving {
    private static final int DEFAULT_PORT = 7379;

    @Mixin
    private ListenOptions listen = ListenOptions.onLoopback(DEFAULT_PORT);

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a client may be silent, in seconds; default: 0, which is forever.")
    private Duration idleTimeout = Duration.ZERO;

    @Override
    public Integer call() throws IOException {
        ServerConfig config =
                RedisHandler.configure(listen.config("redis", idleTimeout)).build();
        var data = new Database(System::nanoTime);
        var service = new RedisHandler.Service(data);
        try (var server = new TcpServer(config, () -> new RedisHandler(service)) {
            @Override
            protected void serviceActions() {
                data.sweep();
            }
        }) {
            return listen.serve(server);
        }
    }
}
