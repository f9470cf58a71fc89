package dev.socketserver.attack;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of {@code attack.jar}. */
@Command(
        name = "attack",
        description = "Attacks servers on loopback, and shows what a well-behaved client sees.",
        mixinStandardHelpOptions = true,
        subcommands = {ScoreboardCommand.class, ServeCommand.class, SoakCommand.class, SoakServeCommand.class})
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
