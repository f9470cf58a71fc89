package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of a command that listens on all addresses, unless told otherwise. */
final class ListenOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--host", paramLabel = "H", description = "The address to listen on; default: all.")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "P", description = "The port, 0 for a free one; default: ${DEFAULT-VALUE}.")
    private int port;

    ListenOptions(int defaultPort) {
        port = defaultPort;
    }

    /**
     * Returns the configuration of a server that listens there, to be completed.
     *
     * @param idleTimeout the value of the command's option {@code --idle-timeout}
     * @throws ParameterException if one of the values is not allowed
     */
    ServerConfig.Builder config(String name, Duration idleTimeout) {
        try {
            var config = ServerConfig.builder()
                    .name(name)
                    .address(host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port))
                    .idleTimeout(idleTimeout);
            config.build(); // so that a bad value is reported before anything listens
            return config;
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage()).replace("idleTimeout", "idle-timeout");
            throw new ParameterException(spec.commandLine(), message, e);
        }
    }
}
