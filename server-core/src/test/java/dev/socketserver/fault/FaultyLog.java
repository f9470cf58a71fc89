package dev.socketserver.fault;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** The log of this library, of which one call may be made to {@linkplain Fault fail}. */
public final class FaultyLog extends TurboFilter {
    private FaultyLog() {}

    /** Asks this filter from now on, whatever a logger's level. */
    public static void install() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).addTurboFilter(new FaultyLog());
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable failure) {
        if (logger.getName().startsWith("dev.socketserver")) {
            Fault.inUncheckedCall("log");
        }
        return FilterReply.NEUTRAL;
    }
}
