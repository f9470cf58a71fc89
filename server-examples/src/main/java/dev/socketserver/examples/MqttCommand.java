package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Serving;
import dev.socketserver.examples.mqtt.Broker;
import dev.socketserver.examples.mqtt.MqttHandler;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code mqtt}: a broker that passes on what devices publish. */
@Command(
        name = "mqtt",
        description = "Runs a broker of MQTT 3.1.1, with QoS 0 and 1. Drains and exits on SIGTERM or Ctrl-C.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class MqttCommand implements Serving {
    private static final int DEFAULT_PORT = 7883;

    @Mixin
    private ListenOptions listen = ListenOptions.onLoopback(DEFAULT_PORT);

    @Option(
            names = "--idle-timeout",
            paramLabel = "S",
            description = "How long a client may be silent before it has said its keep-alive, in seconds; default: 10.")
    private Duration idleTimeout = Duration.ofSeconds(10);

    @Override
    public Integer call() throws IOException {
        ServerConfig config =
                MqttHandler.configure(listen.config("mqtt", idleTimeout)).build();
        var broker = new Broker();
        try (var server = new TcpServer(config, () -> new MqttHandler(broker))) {
            return listen.serve(server);
        }
    }
}
