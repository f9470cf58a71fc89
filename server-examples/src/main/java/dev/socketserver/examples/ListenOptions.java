package dev.socketserver.examples;

import dev.socketserver.BaseServer;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerGroup;
import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Commands;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a command listens. */
final class ListenOptions {
    private static final String ALL = "*";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--host",
            paramLabel = "H",
            description = "The address to listen on, * for all; default: ${DEFAULT-VALUE}.")
    private String host;

    @Option(names = "--port", paramLabel = "P", description = "The port, 0 for a free one; default: ${DEFAULT-VALUE}.")
    private int port;

    private ListenOptions(String defaultHost, int defaultPort) {
        host = defaultHost;
        port = defaultPort;
    }

    /** Returns the options of a command that listens on all addresses, unless told otherwise. */
    static ListenOptions onAll(int defaultPort) {
        return new ListenOptions(ALL, defaultPort);
    }

    /** Returns the options of a command that trusts its peers, and listens on loopback, unless told otherwise. */
    static ListenOptions onLoopback(int defaultPort) {
        return new ListenOptions("localhost", defaultPort);
    }

    /**
     * Returns the configuration of a server of connections that listens there, to be completed.
     *
     * @param idleTimeout the value of the command's option {@code --idle-timeout}
     * @throws ParameterException if one of the values is not allowed
     */
    ServerConfig.Builder config(String name, Duration idleTimeout) {
        return checked(config(name).idleTimeout(idleTimeout));
    }

    /**
     * Returns the configuration of a server that listens there, to be completed.
     *
     * @throws ParameterException if one of the values is not allowed
     */
    ServerConfig.Builder config(String name) {
        Commands.require(spec, !host.isBlank(), "--host is empty; * is all addresses");
        try {
            return checked(ServerConfig.builder()
                    .name(name)
                    .address(host.equals(ALL) ? new InetSocketAddress(port) : new InetSocketAddress(host, port)));
        } catch (IllegalArgumentException e) {
            throw Commands.badOption(spec, e);
        }
    }

    private ServerConfig.Builder checked(ServerConfig.Builder config) {
        try {
            config.build(); // so that a bad value is reported before anything listens
            return config;
        } catch (IllegalArgumentException e) {
            throw Commands.badOption(spec, e);
        }
    }

    /** Serves as {@link #serve(CommandSpec, BaseServer)} does. */
    int serve(BaseServer<?> server) throws IOException {
        return serve(spec, server);
    }

    /**
     * Says where the server of a command listens and serves until the process is told to stop.
     *
     * @return the exit code of the command
     * @throws IOException if the address cannot be bound
     */
    static int serve(CommandSpec spec, BaseServer<?> server) throws IOException {
        server.closeOnSignal();
        server.bind();
        Commands.print(spec, "listening on " + AddressText.of(server.address()));
        server.serveForever();
        return 0;
    }

    /**
     * Says where each of the servers listens and serves until the process is told to stop.
     *
     * @throws IOException if an address cannot be bound
     */
    void serve(ServerGroup group) throws IOException {
        group.closeOnSignal();
        for (BaseServer<?> server : group.servers()) {
            server.bind();
        }
        for (BaseServer<?> server : group.servers()) {
            Commands.print(spec, "listening on " + server.name() + " " + AddressText.of(server.address()));
        }
        group.serveForever();
    }
}
