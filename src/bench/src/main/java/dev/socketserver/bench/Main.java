package dev.socketserver.bench;

import dev.socketserver.bench.server.BroadcastCommand;
import dev.socketserver.bench.server.BroadcastInMemoryCommand;
import dev.socketserver.bench.server.ClientCommand;
import dev.socketserver.bench.server.ServeBroadcastCommand;
import dev.socketserver.bench.server.ServeCommand;
import dev.socketserver.bench.server.ServersCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of {@code bench.jar}. */
@Command(
        name = "bench",
        description = "Side-by-side measurements.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ServersCommand.class,
            ServeCommand.class,
            ClientCommand.class,
            BroadcastCommand.class,
            ServeBroadcastCommand.class,
            BroadcastInMemoryCommand.class
        })
public final class Main {
    private Main() {}

    /**
     * Runs a command, and halts the JVM: the servers' threads do not end by themselves.
     *
     * @param args see {@code --help}
     */
    public static void main(String... args) {
        int status = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(true) // so that a command of a page can be made short by more options
                .execute(args);
        Runtime.getRuntime().halt(status);
    }
}
