package dev.socketserver.peer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Takes what a logger is given, and keeps it from the others, until it is closed; as an extension, at a test's end. */
public final class CapturedLog implements AutoCloseable, AfterEachCallback {
    private final Logger logger;
    private final @Nullable Level before;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    /** Captures what a logger is given from now on, as far as its level allows. */
    public CapturedLog(Logger logger) {
        this.logger = logger;
        before = logger.getLevel();
        appender.start();
        logger.addAppender(appender);
        logger.setAdditive(false);
    }

    /** Captures what a class logs from now on, as far as its logger's level allows. */
    public CapturedLog(Class<?> owner) {
        this((Logger) LoggerFactory.getLogger(owner));
    }

    /** Captures what a class logs from now on, from a level on. */
    public CapturedLog(Class<?> owner, Level least) {
        this(owner);
        logger.setLevel(least);
    }

    /** Returns what was logged. */
    public List<ILoggingEvent> events() {
        synchronized (appender) { // as it does when it adds one
            return List.copyOf(appender.list);
        }
    }

    /** Returns the text of each line. */
    public List<String> lines() {
        return events().stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** Returns the text of each line of a level. */
    public List<String> lines(Level level) {
        return events().stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        logger.setAdditive(true);
    }
}
