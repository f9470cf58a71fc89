package dev.socketserver.internal.util;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Closes what nobody waits for any more. */
public final class Closing {
    private static final Log LOG = Log.of(Closing.class);

    private Closing() {}

    /**
     * Closes something, if it is there; a failure, whatever it is, is logged, so that what is closed next is closed.
     */
    public static void quietly(@Nullable Closeable closeable) {
        if (closeable == null) {
            return;
        }
        try {
            closeable.close();
        } catch (IOException e) {
            LOG.debug("closing {} failed: {}", closeable, e);
        } catch (Throwable e) {
            report(closeable, e);
        }
    }

    /** Logs a failure. Never throws, although without memory even the text of a message cannot be created. */
    private static void report(Closeable closeable, Throwable failure) {
        try {
            LOG.warn("closing {} failed: {}", closeable, failure);
        } catch (Throwable ignored) {
            // It is closed as far as it can be, whether that was logged or not.
        }
    }
}
