package dev.socketserver.examples;

import dev.socketserver.examples.cli.Commands;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;

/**
 * The load tester as a program of its own, which {@code server-examples/bin/sockload} starts: the command {@code load},
 * and {@code compare} and {@code generate-completion} below it.
 */
public final class Sockload {
    static final String NAME = "sockload";

    private Sockload() {}

    /** Runs the load tester and exits with its code: 0 done, 1 failed, 2 bad command line. */
    @SuppressWarnings("checkstyle:RegexpSinglelineJava") // Here and in Main a process may be ended.
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
