package dev.socketserver.internal.util;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.socketserver.peer.CapturedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

@Timeout(60)
class RateLimitedLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("RateLimitedLogTest");

    @RegisterExtension
    final CapturedLog written = new CapturedLog(logger);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // overflows in the course of the test
    private final RateLimitedLog log = new RateLimitedLog(new Log(logger), now::get);
    private final IOException cause = new IOException("says the test");

    private List<String> lines() {
        return written.lines();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void aThousandFailuresAtATimeAreOneLine() {
        for (int i = 0; i < 1000; i++) {
            log.warn("{} failed", "it", cause);
        }
        assertThat(lines()).containsExactly("it failed: java.io.IOException: says the test");
        assertThat(written.events().get(0).getLevel()).isEqualTo(Level.WARN);
        assertThat(written.events().get(0).getThrowableProxy()).isNull();
    }

    @Test
    void theNextLineAfterTheIntervalSaysHowManyWereLeftOut() {
        log.warn("{}", "first", cause);
        pass(RateLimitedLog.INTERVAL.minusNanos(1));
        log.warn("{}", "left out", cause);
        log.error("{}", "left out", cause);
        pass(Duration.ofNanos(1));
        log.warn("{}", "second", cause);
        pass(RateLimitedLog.INTERVAL);
        log.warn("{}", "third", cause);
        assertThat(lines())
                .containsExactly(
                        "first: java.io.IOException: says the test",
                        "second: java.io.IOException: says the test (2 similar lines suppressed)",
                        "third: java.io.IOException: says the test");
    }

    @Test
    void anErrorComesWithItsStack() {
        log.error("{} failed", "it", cause);
        assertThat(written.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("says the test");
        });
    }

    @Test
    void aFrequentFailureDoesNotHideOneOfAnotherTypeOrFromAnotherPlace() {
        for (int i = 0; i < 1000; i++) {
            log.warn("{}", "frequent", cause);
        }
        log.warn("{}", "other type", new IllegalStateException("rare"));
        log.warn("{}", "other place", new IOException("rare"));
        assertThat(lines()).hasSize(3);
    }

    @Test
    void thereIsNoEndToKindsAndNoEndlessMemoryForThem() {
        for (int i = 0; i < 10 * RateLimitedLog.MAX_KINDS; i++) {
            var failure = new IOException("kind " + i);
            failure.setStackTrace(new StackTraceElement[] {new StackTraceElement("Place", "of", "Failure.java", i)});
            log.warn("{}", "failed", failure);
        }
        assertThat(lines()).hasSize(10 * RateLimitedLog.MAX_KINDS);
        log.warn("{}", "the first kind was forgotten", cause);
        assertThat(lines()).hasSize(10 * RateLimitedLog.MAX_KINDS + 1);
    }

    @Test
    void aSubjectThatThrowsCostsTheLineOnly() {
        var subject = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no name");
            }
        };
        log.warn("{}", subject, cause);
        log.error("{}", subject, cause);
        assertThat(lines()).isEmpty();
    }
}
