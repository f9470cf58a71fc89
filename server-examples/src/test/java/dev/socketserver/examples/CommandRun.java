package dev.socketserver.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * What a command did, run within this JVM.
 *
 * @param exitCode its exit code
 * @param out what it printed
 * @param err what it complained about
 */
record CommandRun(int exitCode, String out, String err) {
    static CommandRun of(String... args) {
        return of(Main.commandLine(), args);
    }

    static CommandRun ofSockload(String... args) {
        return of(Sockload.commandLine(), args);
    }

    private static CommandRun of(CommandLine commands, String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = commands.execute(args);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }
}
