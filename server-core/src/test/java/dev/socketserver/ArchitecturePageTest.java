package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page on the architecture names classes and methods that there are. */
@Timeout(60)
class ArchitecturePageTest {
    private static final Pattern METHOD = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)`");
    private static final Pattern STEP = Pattern.compile("(?m)^\\d+\\. ");

    @Test
    void theWayOfAConnectionIsOneOfTenStepsThroughMethodsThatThereAre() throws Exception {
        String section = section("In ten lines");
        assertThat(STEP.matcher(section).results()).hasSize(10);
        Map<String, String> sources = sources();
        List<MatchResult> named = METHOD.matcher(section).results().toList();
        assertThat(named).hasSizeGreaterThan(10);
        assertThat(named).allSatisfy(step -> {
            assertThat(sources).as("classes of the library").containsKey(step.group(1));
            assertThat(sources.get(step.group(1)))
                    .as("%s", step.group())
                    .containsPattern("(?m)^    (?!return)[^*/=;]*\\b" + step.group(2) + "\\(");
        });
    }

    private static String section(String heading) {
        return MarkdownPage.of("src/site/markdown/architecture.md")
                .text()
                .lines()
                .dropWhile(line -> !line.equals("## " + heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .collect(Collectors.joining("\n"));
    }

    /** Returns the text of each class of the library, by its simple name. */
    private static Map<String, String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(MarkdownPage.PROJECT.resolve("server-core/src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().endsWith("-info.java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""), ArchitecturePageTest::read));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }
}
