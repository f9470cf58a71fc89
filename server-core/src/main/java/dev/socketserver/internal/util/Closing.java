package dev.socketserver.internal.util;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Closes what nobody waits for any more. */
public final class Closing {
    private static final Log LOG = Log.of(Closing.class);

    private Closing() {}

    /** Closes something, if it is there; a failure is logged. */
    public static void quietly(@Nullable Closeable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (IOException e) {
            LOG.debug("closing {} failed: {}", closeable, e);
        }
    }
}
