package dev.socketserver.examples;

import dev.socketserver.examples.cli.Commands;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;

/**
 * The load tester as a separate program, which {@code server-examples/bin/sockload} starts: the command {@code load}
 * with the subcommands {@code compare} and {@code generate-completion}.
 */
public final class Sockload {
    static final String NAME = "sockload";

    private Sockload() {}

    /** Runs the load tester and exits with its code: 0 done, 1 failed, 2 bad command line. */
    @SuppressWarnings("checkstyle:RegexpSinglelineJava") // Only this class and Main may exit the process.
    public static void main(String... args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine load = Commands.of(new LoadCommand());
        load.setCommandName(NAME);
        load.addSubcommand(new CompareCommand());
        load.addSubcommand(new GenerateCompletion());
        return LoadCommand.withTypes(load);
    }
}
