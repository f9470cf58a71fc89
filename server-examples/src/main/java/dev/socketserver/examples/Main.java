package dev.socketserver.examples;

import dev.socketserver.examples.cli.ProjectVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the executable jar. */
@Command(
        name = "server-examples",
        description = "Socket servers on an elastic worker pool, and a load tester.",
        subcommands = {DemoCommand.class, EchoCommand.class, FetchCommand.class, LoadCommand.class, CompareCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs a command and exits with its code: 0 done, 1 failed, 2 bad command line. */
    @SuppressWarnings("checkstyle:RegexpSinglelineJava") // The one place that may end the process.
    public static void main(String... args) {
        System.exit(commandLine().execute(args));
    }

    /** The commands; a bad option, and a failure of the network or the disk, is told in one line. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> {
                    tell(
                            e.getCommandLine(),
                            e.getMessage() + " (see "
                                    + e.getCommandLine().getCommandSpec().qualifiedName() + " --help)");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (e instanceof NoSuchFileException) {
                        tell(command, "no such file: " + e.getMessage());
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    if (e instanceof IOException) {
                        tell(command, String.valueOf(e.getMessage()));
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    throw e;
                });
    }

    private static void tell(CommandLine command, String message) {
        PrintWriter err = command.getErr();
        err.println(
                command.getCommandName() + ": " + message.lines().findFirst().orElse(message));
        err.flush();
    }

    @Override
    public Integer call() {
        String commands = String.join(", ", spec.subcommands().keySet());
        throw new ParameterException(spec.commandLine(), "a command is missing: " + commands);
    }
}
