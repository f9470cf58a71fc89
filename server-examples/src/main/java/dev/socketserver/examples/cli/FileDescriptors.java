package dev.socketserver.examples.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** The process's limit of open files and sockets, {@code ulimit -n}. */
public final class FileDescriptors {
    /** For reports, metrics and the JVM's own libraries. */
    private static final int SPARE = 16;

    private FileDescriptors() {}

    /**
     * Checks that the process may open what a command is about to open.
     *
     * @param count how many there are
     * @param what what they are, in the plural
     * @param each how many descriptors each of them needs
     * @param besides how many descriptors are needed besides
     * @throws IOException if the limit is lower; the message says how many are possible
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
