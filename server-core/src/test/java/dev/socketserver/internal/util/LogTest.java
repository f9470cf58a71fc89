package dev.socketserver.internal.util;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.ChildJvm;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

@Timeout(60)
class LogTest {
    /** As a disk that is full, with {@code ignoreExceptions=false}. */
    private static final class FullDisk extends AppenderBase<ILoggingEvent> {
        @Override
        public synchronized void doAppend(ILoggingEvent event) {
            throw new AssertionError("no space left on device");
        }

        @Override
        protected void append(ILoggingEvent event) {}
    }

    /** What a process does that logs to a full disk. */
    static final class OnFullDisk {
        public static void main(String... args) {
            Logger logger = (Logger) LoggerFactory.getLogger("LogTest");
            logger.setAdditive(false);
            var appender = new FullDisk();
            appender.start();
            logger.addAppender(appender);
            Log log = new Log(logger);
            log.debug("{}", 1);
            log.info("{}", 2);
            log.warn("{}", 3);
            log.error("4", new IOException("5"));
            System.out.println("lives on");
        }
    }

    /** What a process does that has no back end. */
    static final class WithoutBackEnd {
        public static void main(String... args) {
            Log log = new Log(NOPLogger.NOP_LOGGER);
            log.warn("a warning");
            log.error("a handler failed", new IOException("first"));
            log.error("a handler failed", new IOException("second"));
            System.out.println("lives on");
        }
    }

    @Test
    void aBackEndThatThrowsCostsTheLinesOnlyAndIsReportedOnceOnStandardError() throws Exception {
        ChildJvm.Result result = ChildJvm.run(OnFullDisk.class);
        assertThat(result.output()).contains("lives on");
        assertThat(result.errors()).containsOnlyOnce("no space left on device").contains("socketserver: ");
    }

    /** As a subclass whose message is computed from what is missing. */
    private static final class WithoutMessage extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("says the test");
        }
    }

    @Test
    void aFailureThatCannotDescribeItselfIsLoggedByItsClassAndStackTrace() {
        try (var captured = new CapturedLog(LogTest.class)) {
            Log log = Log.of(LogTest.class);
            log.error("a handler failed", new WithoutMessage());
            log.warn("{} threw {}", "a listener", new WithoutMessage());
            assertThat(captured.lines())
                    .containsExactly("a handler failed", "a listener threw " + WithoutMessage.class.getName());
            IThrowableProxy cause = captured.events().get(0).getThrowableProxy();
            assertThat(cause.getMessage()).contains(WithoutMessage.class.getName());
            assertThat(cause.getStackTraceElementProxyArray()[0]
                            .getStackTraceElement()
                            .getMethodName())
                    .isEqualTo("aFailureThatCannotDescribeItselfIsLoggedByItsClassAndStackTrace");
        }
    }

    @Test
    void withoutABackEndTheFirstErrorIsToldOnStandardError() throws Exception {
        ChildJvm.Result result = ChildJvm.run(WithoutBackEnd.class);
        assertThat(result.output()).contains("lives on");
        assertThat(result.errors())
                .containsOnlyOnce("a handler failed")
                .contains("first")
                .doesNotContain("a warning");
        assertThat(result.errors().getBytes(UTF_8)).isNotEmpty();
    }
}
