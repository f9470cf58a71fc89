package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.redis.Database;
import dev.socketserver.examples.redis.RedisHandler;
import dev.socketserver.examples.redis.Resp;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code redis}: strings, counters, lists and channels for the clients of Redis. */
@Command(
        name = "redis",
        description = "Runs a server in memory for clients of Redis. On SIGTERM or Ctrl-C, forgets all and exits.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class RedisCommand implements Callable<Integer> {
    private static final int DEFAULT_PORT = 7379;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ListenOptions listen = ListenOptions.onLoopback(DEFAULT_PORT);

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a client may be silent, in seconds; default: 0, which is forever.")
    private Duration idleTimeout = Duration.ZERO;

    @Override
    public Integer call() throws Exception {
        var stopped = new CountDownLatch(1);
        return GracefulExit.call(stopped::countDown, () -> serveUntil(stopped));
    }

    private int serveUntil(CountDownLatch stopped) throws IOException, InterruptedException {
        ServerConfig config =
                listen.config("redis", idleTimeout).framing(Resp.FRAMING).build();
        var data = new Database(System::nanoTime);
        var service = new RedisHandler.Service(data);
        try (var server = new TcpServer(config, () -> new RedisHandler(service))) {
            server.start();
            PrintWriter out = spec.commandLine().getOut();
            out.println("listening on " + AddressText.of(server.address()));
            out.flush();
            while (!stopped.await(1, TimeUnit.SECONDS)) {
                data.sweep();
            }
        }
        return 0;
    }
}
