package dev.socketserver.internal.util;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * A logger that never throws. A logging back end can fail, for example if the disk is full or memory has run out, and
 * no caller in this library could handle that: the line is lost, and the first such failure of the process is reported
 * on standard error. With up to two arguments, the call itself allocates nothing outside the guarded block. If there is
 * no back end at all, the first line at ERROR also goes to standard error. Thread-safe.
 */
public final class Log {
    private static final AtomicBoolean BACK_END_FAILED = new AtomicBoolean();
    private static final AtomicBoolean BACK_END_MISSING = new AtomicBoolean();

    private final Logger logger;

    static {
        Printable.of(""); // loads the class: a process that has run out of descriptors, and logs that, could not
    }

    Log(Logger logger) {
        this.logger = logger;
    }

    /** Returns the logger named after a class. */
    public static Log of(Class<?> owner) {
        return new Log(LoggerFactory.getLogger(owner));
    }

    /** Returns the logger of a name. */
    public static Log named(String name) {
        return new Log(LoggerFactory.getLogger(name));
    }

    /**
     * Logs at DEBUG. Each {@code {}} in the format is replaced by an argument; a failure becomes one printable line.
     */
    public void debug(String format, Object... arguments) {
        try {
            if (logger.isDebugEnabled()) {
                logger.debug(format, printable(arguments));
            }
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at DEBUG, as {@link #debug(String, Object...)}. */
    public void debug(String format, Object argument) {
        try {
            debug(format, new Object[] {argument});
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at DEBUG, as {@link #debug(String, Object...)}. */
    public void debug(String format, Object first, Object second) {
        try {
            debug(format, new Object[] {first, second});
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at INFO, as {@link #debug(String, Object...)}. */
    public void info(String format, Object... arguments) {
        try {
            if (logger.isInfoEnabled()) {
                logger.info(format, printable(arguments));
            }
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at WARN, as {@link #debug(String, Object...)}. */
    public void warn(String format, Object... arguments) {
        try {
            if (logger.isWarnEnabled()) {
                logger.warn(format, printable(arguments));
            }
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at WARN, as {@link #debug(String, Object...)}. */
    public void warn(String format, Object argument) {
        try {
            warn(format, new Object[] {argument});
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at WARN, as {@link #debug(String, Object...)}. */
    public void warn(String format, Object first, Object second) {
        try {
            warn(format, new Object[] {first, second});
        } catch (Throwable failure) {
            backEndFailed(failure);
        }
    }

    /** Logs at ERROR, with the stack trace of the cause. */
    public void error(String message, Throwable cause) {
        try {
            logger.error(message, cause);
            if (logger instanceof NOPLogger && BACK_END_MISSING.compareAndSet(false, true)) {
                toStandardError("no SLF4J back end; this and later messages are lost: " + message + ": " + cause);
            }
        } catch (Throwable failure) {
            errorWithoutMessage(message, cause, failure);
        }
    }

    /** Logs a cause by its class and stack trace, since it may have failed itself when the back end asked it. */
    private void errorWithoutMessage(String message, Throwable cause, Throwable failure) {
        try {
            var substitute = new Throwable(cause.getClass().getName() + ", whose message cannot be had");
            substitute.setStackTrace(cause.getStackTrace());
            logger.error(message, substitute);
        } catch (Throwable again) {
            backEndFailed(failure);
        }
    }

    /**
     * Returns the arguments with each failure replaced by its text, in printable form since a peer may have chosen it.
     */
    private static Object[] printable(Object... arguments) {
        return Arrays.stream(arguments)
                .map(argument -> argument instanceof Throwable failure ? Printable.of(failure) : argument)
                .toArray();
    }

    /** Reports on standard error that a line was lost, once per process. Never throws. */
    static void backEndFailed(Throwable failure) {
        try {
            if (BACK_END_FAILED.compareAndSet(false, true)) {
                toStandardError("the logging back end failed, and lines may be lost: " + failure);
            }
        } catch (Throwable ignored) {
            // There is no memory even for this line.
        }
    }

    private static void toStandardError(String line) {
        System.err.println("socketserver: " + line);
    }
}
