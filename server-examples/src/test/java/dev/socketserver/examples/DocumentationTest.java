package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.Message;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The pages say what the commands take. */
@Timeout(60)
class DocumentationTest {
    private static final Path PAGES = Path.of("../src/site/markdown");

    /** A row of a table: an option or a command, its default, if there is one, and something about it. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| \\[?`([^`]+)`[^|]*\\|(?: ([^|]+))? \\| [^|]*\\w");

    /** A word of a shell's command line. */
    private static final Pattern WORD = Pattern.compile("(?:[^\\s']|'[^']*')+");

    static List<CommandSpec> commands() {
        return Main.commandLine().getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .toList();
    }

    @Test
    void everyCommandIsOnThePageOfTheExamples() throws IOException {
        assertThat(Files.readString(PAGES.resolve("examples.md")).lines().filter(line -> line.startsWith("| [`")))
                .extracting(line -> line.replaceFirst("\\| \\[`(\\w+)`.*", "$1"))
                .containsExactlyInAnyOrderElementsOf(
                        commands().stream().map(CommandSpec::name).toList());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyOptionIsOnThePageWithItsDefault(CommandSpec command) throws IOException {
        Map<String, String> defaults = new TreeMap<>();
        for (OptionSpec option : command.options()) {
            if (!option.hidden() && !option.usageHelp() && !option.versionHelp()) {
                String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
                defaults.put(option.longestName() + value, defaultOf(option));
            }
        }
        command.positionalParameters().forEach(file -> defaults.put(file.paramLabel(), defaultOf(file)));

        boolean hasItsOwnPage = command.name().equals("load");
        assertThat(hasItsOwnPage ? documented("load.md", "Options") : documented("examples.md", command.name()))
                .isEqualTo(defaults);
    }

    static Stream<String> commandsOnThePage() throws IOException {
        String page = Files.readString(PAGES.resolve("load.md")).replace("\\\n", " ");
        return page.lines().filter(line -> line.startsWith("sockload ") && !line.startsWith("sockload compare"));
    }

    /** Each is run, but where no server listens: the options are right if that is all that is wrong. */
    @ParameterizedTest
    @MethodSource("commandsOnThePage")
    void everyCommandOnThePageIsUnderstood(String line, @TempDir Path folder) throws IOException {
        String elsewhere = line.replaceAll("(127\\.0\\.0\\.1:)\\d+", "$1" + RealServer.freePort())
                .replace("/run/", folder + "/")
                .replaceAll("(--json|--html) ", "$1 " + folder + "/");
        String[] words = WORD.matcher(elsewhere)
                .results()
                .skip(1)
                .map(word -> word.group().replace("'", ""))
                .toArray(String[]::new);
        CommandRun run = CommandRun.ofSockload(words);

        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .matches("sockload: (cannot connect to |http://).*: (Connection refused|No such file or directory)");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private static Map<String, String> documented(String page, String heading) throws IOException {
        String section = Files.readString(PAGES.resolve(page))
                .lines()
                .dropWhile(line -> !line.equals("## " + heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .collect(Collectors.joining("\n"));
        Map<String, String> rows = new TreeMap<>();
        ROW.matcher(section).results().forEach(row -> rows.put(row.group(1), row.group(2) == null ? "" : row.group(2)));
        return rows;
    }

    private static String defaultOf(ArgSpec argument) {
        return argument.defaultValue() != null ? argument.defaultValue() : shown(argument.initialValue());
    }

    /** Returns what a field has unless it is set, the way that the pages write it. */
    private static String shown(@Nullable Object value) {
        if (value == null || value.equals(List.of())) {
            return "";
        } else if (value instanceof Duration time) {
            return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
        } else if (value instanceof Double number) {
            return Text.number(number);
        } else if (value instanceof Message payload) {
            return Integer.toString(payload.size());
        } else if (value instanceof Path file) {
            return String.valueOf(file.getFileName());
        } else if (value.equals(false)) {
            return "off";
        }
        return value.toString().toLowerCase(Locale.ROOT);
    }
}
