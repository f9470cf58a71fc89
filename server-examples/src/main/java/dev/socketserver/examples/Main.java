package dev.socketserver.examples;

import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.ProjectVersion;
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
        subcommands = {
            DemoCommand.class,
            EchoCommand.class,
            ChatCommand.class,
            SmtpCommand.class,
            SyslogCommand.class,
            MllpCommand.class,
            DnsCommand.class,
            RelayCommand.class,
            RedisCommand.class,
            MqttCommand.class,
            HttpCommand.class,
            FetchCommand.class,
            LoadCommand.class,
            CompareCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs a command and exits with its code: 0 done, 1 failed, 2 bad command line. */
    @SuppressWarnings("checkstyle:RegexpSinglelineJava") // Only this class and Sockload may exit the process.
    public static void main(String... args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return LoadCommand.withTypes(Commands.of(new Main()));
    }

    @Override
    public Integer call() {
        String commands = String.join(", ", spec.subcommands().keySet());
        throw new ParameterException(spec.commandLine(), "a command is missing: " + commands);
    }
}
