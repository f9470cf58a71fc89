package dev.socketserver.examples.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** The process's limit on open files and sockets, {@code ulimit -n}. */
public final class FileDescriptors {
    /** Reserved for reports, metrics and the JVM's own libraries. */
    private static final int SPARE = 16;

    private FileDescriptors() {}

    /**
     * Checks that the process may open the descriptors that a command needs.
     *
     * @param count the number of objects
     * @param what the name of the objects, in the plural
     * @param each the number of descriptors that each of them needs
     * @param besides the number of further descriptors needed
     * @throws IOException if the limit is too low; the message contains the possible number
     */
    public static void require(int count, String what, int each, int besides) throws IOException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long limit = system.getMaxFileDescriptorCount();
            long others = system.getOpenFileDescriptorCount() + besides + SPARE;
            long needed = (long) count * each + others;
            if (needed > limit) {
                throw new IOException(Text.format(
                        "%,d %s need %,d file descriptors, but the limit is %,d (ulimit -n); at most %,d are possible",
                        count, what, needed, limit, Math.max(0, (limit - others) / each)));
            }
        }
    }
}
