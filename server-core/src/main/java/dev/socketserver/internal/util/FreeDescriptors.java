package dev.socketserver.internal.util;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** How many more files and sockets this process may open, as far as the system tells. */
public final class FreeDescriptors {
    private FreeDescriptors() {}

    /** Returns how many there are now; empty on a system without such a limit, or one that does not tell. */
    public static OptionalLong count() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                    ? free(system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount())
                    : OptionalLong.empty();
        } catch (LinkageError e) { // an image of the JDK without the module jdk.management
            return OptionalLong.empty();
        }
    }

    private static OptionalLong free(long limit, long open) {
        return limit < 0 || open < 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(0, limit - open));
    }
}
