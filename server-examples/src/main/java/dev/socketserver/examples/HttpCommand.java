package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import dev.socketserver.examples.http.Directory;
import dev.socketserver.examples.http.Echo;
import dev.socketserver.examples.http.HttpHandler;
import dev.socketserver.examples.http.HttpService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code http}: serves a directory, or sends back what it gets. */
@Command(
        name = "http",
        description = "Serves files, or echoes, over HTTP/1.1. On SIGTERM or Ctrl-C, answers what has come and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class HttpCommand implements Serving {
    private static final int DEFAULT_PORT = 7080;

    @Mixin
    private ListenOptions listen = ListenOptions.onLoopback(DEFAULT_PORT);

    @Option(
            names = "--directory",
            paramLabel = "D",
            description = "The files to serve; default: none, bodies are sent back.")
    private @Nullable Path directory;

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a client may be silent between two requests, in seconds; default: 60.")
    private Duration idleTimeout = Duration.ofMinutes(1);

    @Override
    public Integer call() throws IOException {
        ServerConfig config =
                listen.config("http", idleTimeout).framing(HttpHandler.FRAMING).build();
        HttpService service = directory == null ? new Echo() : new Directory(directory);
        try (var server = new TcpServer(config, () -> new HttpHandler(service, Clock.systemUTC()))) {
            return listen.serve(server);
        }
    }
}
