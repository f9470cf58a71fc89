package dev.socketserver.examples.cli;

import dev.socketserver.net.Cidr;
import dev.socketserver.net.PemCertificates;
import dev.socketserver.net.Tls;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Shared by all command lines: converters of values, output, and one-line error messages with an exit code. */
public final class Commands {
    /** The maximum edit distance of a name from a suggestion. */
    private static final int MAX_CHANGES = 3;

    private static final String OUTPUT_LOST = "standard output cannot be written";
    private static final Pattern CAMEL_HUMP = Pattern.compile("(?<=[a-z])[A-Z]");

    private Commands() {}

    /** Creates a command line. Invalid options and I/O errors are reported in one line. */
    public static CommandLine of(Object command) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, converter(Parsers::time))
                .registerConverter(URI.class, converter(Parsers::url))
                .registerConverter(Cidr.class, converter(Cidr::parse))
                .setExecutionStrategy(Commands::execute)
                .setParameterExceptionHandler((e, args) -> {
                    CommandLine failed = e.getCommandLine();
                    String help = failed.getCommandSpec().qualifiedName() + " --help";
                    report(failed, problem(e) + " (see " + help + ")");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((e, failed, parsed) -> {
                    if (e instanceof NoSuchFileException) {
                        report(failed, "no such file: " + e.getMessage());
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    if (e instanceof IOException) {
                        report(failed, firstLine(e));
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    throw e;
                });
    }

    /** Runs a command, which has failed if what it printed got lost, unless it is a server. */
    private static int execute(ParseResult parsed) {
        int code = new RunLast().execute(parsed);
        CommandLine command =
                parsed.asCommandLineList().get(parsed.asCommandLineList().size() - 1);
        boolean isServer = command.getCommand() instanceof Serving;
        if (code != CommandLine.ExitCode.OK || isServer || !isOutputLost(command)) {
            return code;
        }
        report(command, OUTPUT_LOST);
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Returns whether something that a command printed has got lost: the disk is full, or nobody reads the pipe. */
    private static boolean isOutputLost(CommandLine command) {
        return command.getOut().checkError() || System.out.checkError(); // the former is on the latter, and hides it
    }

    /** Returns a converter for a method that throws {@link IllegalArgumentException}. */
    public static <T> ITypeConverter<T> converter(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    /** Returns the given command line in shell syntax. */
    public static String line(CommandSpec spec) {
        CommandSpec root = spec.root();
        String program = root == spec ? root.name() : "java -jar " + root.name() + ".jar";
        return root.commandLine().getParseResult().originalArgs().stream()
                .map(Commands::quoted)
                .collect(Collectors.joining(" ", program + " ", ""))
                .trim();
    }

    /**
     * Returns the report of an option whose value is not allowed. The library names its options in camelCase: what is
     * minWorkers there is --min-workers here, shutdownGrace --grace, and sourceLimits.maxConnections --max-per-source.
     *
     * @param why its message names the option, with the value behind a colon, if that is told
     */
    public static ParameterException badOption(CommandSpec spec, RuntimeException why) {
        String message = String.valueOf(why.getMessage());
        int end = message.indexOf(": ");
        String options = end < 0 ? message : message.substring(0, end);
        String names = CAMEL_HUMP
                .matcher(options.replace("shutdownGrace", "grace")
                        .replace("sourceLimits.maxConnections", "maxPerSource"))
                .replaceAll(hump -> "-" + hump.group().toLowerCase(Locale.ROOT));
        return new ParameterException(spec.commandLine(), names + message.substring(options.length()), why);
    }

    /**
     * Checks what the options of a command have to satisfy.
     *
     * @param otherwise says what is wrong if the condition is false
     * @throws ParameterException if the condition is false
     */
    public static void require(CommandSpec spec, boolean condition, String otherwise) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    /**
     * Returns the TLS settings that two options of a command ask for; null if they ask for none.
     *
     * @param certificate the PEM file of the certificate
     * @param key the PEM file of its key; null if that is in the same file
     * @param otherwise says what is wrong if there is only a key
     * @throws ParameterException if there is only a key
     * @throws IOException if a file cannot be read
     */
    public static @Nullable Tls tls(CommandSpec spec, @Nullable Path certificate, @Nullable Path key, String otherwise)
            throws IOException {
        require(spec, key == null || certificate != null, otherwise);
        return certificate == null ? null : Tls.of(PemCertificates.of(certificate, key == null ? certificate : key));
    }

    /**
     * Prints a line on the standard output of a command; if it gets lost, the command fails at its end, unless it is a
     * server. Thread-safe.
     */
    public static void print(CommandSpec spec, Object line) {
        PrintWriter out = spec.commandLine().getOut();
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }

    /**
     * Prints a line that somebody relies on. Thread-safe.
     *
     * @throws IOException if it, or a line before, got lost
     */
    public static void printReliably(CommandSpec spec, Object line) throws IOException {
        print(spec, line);
        if (isOutputLost(spec.commandLine())) {
            throw new IOException(OUTPUT_LOST);
        }
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
    }

    /** Prints a line about a failure of a command on its standard error. */
    public static void report(CommandLine command, String message) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandName() + ": " + message);
        err.flush();
    }

    private static String problem(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return firstLine(e);
        }
        String given = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
        boolean isOption = given.startsWith("-");
        Collection<String> names = isOption
                ? e.getCommandLine().getCommandSpec().optionsMap().keySet()
                : e.getCommandLine().getSubcommands().keySet();
        String suggestion = closest(given, names)
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
        return (isOption ? "unknown option: " : "unexpected argument: ") + given + suggestion;
    }

    private static Optional<String> closest(String given, Collection<String> names) {
        return names.stream()
                .filter(name -> name.length() > 2 && changes(given, name) <= MAX_CHANGES)
                .min(Comparator.comparingInt(name -> changes(given, name)));
    }

    /** Returns the number of characters to insert, delete or replace (Levenshtein, 1965). */
    private static int changes(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[to.length()];
    }
}
