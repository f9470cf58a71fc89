package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.cli.Text;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class FetchCommandTest {
    @Test
    void fetchesEveryDocument() {
        CommandRun run = CommandRun.of("fetch", "--documents", "300", "--workers", "20", "--delay", "0");

        int characters = IntStream.range(0, 300)
                .map(number -> DocumentHandler.document(number).length())
                .sum();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines())
                .last()
                .asString()
                .isEqualTo(Text.format("300 of 300 documents fetched, %,d characters; 0 failed", characters));
    }

    @Test
    void showsItsProgressUpToTheEnd() {
        CommandRun run = CommandRun.of("fetch", "--documents", "40", "--workers", "2", "--delay", "0");

        assertThat(run.out()).contains("fetch").contains("100%").contains("40/40");
    }

    @Test
    void ctrlCEndsItWhenTheCurrentBatchIsFetched() throws Exception {
        try (ChildJvm fetch = ChildJvm.start("fetch", "--documents", "1000000", "--workers", "5", "--delay", "20")) {
            assertThat(fetch.out().readLine()).contains("fetch");
            fetch.signal("INT");
            List<String> rest = fetch.out().lines().toList();
            assertThat(fetch.awaitExit()).isEqualTo(1);
            assertThat(fetch.err().lines()).isEmpty();
            Matcher summary = Pattern.compile(
                            "interrupted: ([\\d,]+) of 1,000,000 documents fetched, [\\d,]+ characters; 0 failed")
                    .matcher(rest.get(rest.size() - 1));
            assertThat(summary.matches()).as("%s", rest).isTrue();
            String fetched = summary.group(1).replace(",", "");
            assertThat(rest).as("the bar says the same").anyMatch(line -> line.contains(" " + fetched + "/1000000"));
        }
    }

    @Test
    void moreWorkersThanDescriptorsAreRefusedWithTheNumberThatIsPossible() throws Exception {
        try (ChildJvm fetch = ChildJvm.startWithDescriptors(200, "fetch", "--workers", "500")) {
            assertThat(fetch.err().lines())
                    .singleElement()
                    .asString()
                    .matches("fetch: 500 workers need 1,0\\d\\d file descriptors, but the limit is 200 \\(ulimit -n\\);"
                            + " at most [5-9]\\d are possible");
            assertThat(fetch.awaitExit()).isOne();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--documents, -1, --documents must be at least 0: -1",
        "--workers, 0, --workers must be at least 1: 0",
        "--delay, -1, --delay must be at least 0: -1"
    })
    void aBadOptionIsToldInOneLine(String option, String value, String complaint) {
        CommandRun run = CommandRun.of("fetch", option, value);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains(complaint);
    }
}
