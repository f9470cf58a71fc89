package dev.socketserver.internal.util;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * A logger that never throws. A logging back end can fail, for example on a full disk or without memory, and no caller
 * in this library could do anything about it: the line is lost, and the first such failure of the process is reported
 * on standard error. The first line at ERROR for which there is no back end at all goes there, too. Thread-safe.
 */
public final class Log {
    private static final AtomicBoolean BACK_END_FAILED = new AtomicBoolean();
    private static final AtomicBoolean BACK_END_MISSING = new AtomicBoolean();

    private final Logger logger;

    Log(Logger logger) {
        this.logger = logger;
    }

    /** Returns the logger that is named after the class. */
    public static Log of(Class<?> owner) {
        return new Log(LoggerFactory.getLogger(owner));
    }

    /** Logs at DEBUG; {@code {}} in the format stands for an argument. */
    public void debug(String format, Object... arguments) {
        try {
            logger.debug(format, arguments);
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at INFO; {@code {}} in the format stands for an argument. */
    public void info(String format, Object... arguments) {
        try {
            logger.info(format, arguments);
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at WARN; {@code {}} in the format stands for an argument. */
    public void warn(String format, Object... arguments) {
        try {
            logger.warn(format, arguments);
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at ERROR, with the stack trace of the cause. */
    public void error(String message, Throwable cause) {
        try {
            logger.error(message, cause);
            if (logger instanceof NOPLogger && BACK_END_MISSING.compareAndSet(false, true)) {
                toStandardError("no SLF4J back end: this is lost, and whatever follows: " + message + ": " + cause);
            }
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Reports on standard error that a line was lost, once in the life of the process. Never throws. */
    static void backEndFailed(Throwable failure) {
        try {
            if (BACK_END_FAILED.compareAndSet(false, true)) {
                toStandardError("the logging back end failed, and lines may be lost: " + failure);
            }
        } catch (Throwable ignored) {
            // No memory even for this line.
        }
    }

    private static void toStandardError(String line) {
        System.err.println("socketserver: " + line);
    }
}
