package dev.socketserver.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log pattern on the page about observation gives the line below it. */
@Timeout(60)
class LogPatternTest {
    private static final Pattern BLOCKS = Pattern.compile(
            "(?s)```xml\\n<pattern>(.*?)</pattern>\\n```.*?```text\\n\\d\\d:\\d\\d:\\d\\d\\.\\d{3} (.*?)\\n```");

    @Test
    void thePatternGivesTheLineOnThePage() throws IOException {
        Matcher blocks =
                BLOCKS.matcher(Files.readString(ShellBlock.PROJECT.resolve("src/site/markdown/observation.md")));
        assertThat(blocks.find()).isTrue();
        var context = new LoggerContext();
        var layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(blocks.group(1).replace("%n", ""));
        layout.start();
        var event = new LoggingEvent();
        event.setLoggerName("com.example.OrderHandler");
        event.setLevel(Level.WARN);
        event.setMessage("unknown article 4711");
        event.setMDCPropertyMap(Map.of("server", "orders", "connection", "17", "peer", "/192.0.2.7:40112"));

        assertThat(layout.doLayout(event).replaceFirst("^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} ", ""))
                .isEqualTo(blocks.group(2));
    }
}
