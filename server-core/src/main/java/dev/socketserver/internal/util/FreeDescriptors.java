package dev.socketserver.internal.util;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** The number of files and sockets that this process may still open, if the system reports it. */
public final class FreeDescriptors {
    private FreeDescriptors() {}

    /** Returns the current number; empty on a system that has no such limit or does not report it. */
    public static OptionalLong count() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                    ? free(system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount())
                    : OptionalLong.empty();
        } catch (LinkageError e) { // a run-time image without the module jdk.management
            return OptionalLong.empty();
        }
    }

    private static OptionalLong free(long limit, long open) {
        return limit < 0 || open < 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(0, limit - open));
    }
}
