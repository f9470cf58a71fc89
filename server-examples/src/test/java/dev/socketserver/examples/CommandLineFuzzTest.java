package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.examples.cli.Parsers;
import dev.socketserver.examples.cli.Target;
import dev.socketserver.examples.load.Message;
import dev.socketserver.examples.load.Rate;
import dev.socketserver.examples.load.SourceAddresses;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine.ParameterException;

/** Any words are a command line, or are refused with a message; the same goes for the value of each option. */
@Timeout(60)
class CommandLineFuzzTest {
    /** What would ask a name server, read a file, or take much memory. */
    private static final Pattern UNWANTED =
            Pattern.compile("(?is).*(?:[^\\[\\]:./0-9]+[^:]*:\\d|@|file:|\\d{5}|\\d[km]).*");

    private static final List<Consumer<String>> PARSERS = List.of(
            Parsers::time,
            Parsers::url,
            Target::parse,
            Rate::parseRamp,
            SourceAddresses::parse,
            text -> {
                assertThat(Message.parse(text).example()).isNotNull();
            },
            text -> {
                assertThat(Message.parsePayload(text).size()).isPositive();
            });

    @FuzzTest
    void anyWordsAreACommandLineOrAreRefused(FuzzedDataProvider data) {
        int parser = data.consumeInt(0, PARSERS.size());
        String text = data.consumeRemainingAsString();
        if (UNWANTED.matcher(text).matches()) {
            return;
        }
        try {
            if (parser < PARSERS.size()) {
                PARSERS.get(parser).accept(text);
            } else {
                Main.commandLine().parseArgs(("load\n" + text).split("\n", -1));
            }
        } catch (ParameterException | IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
