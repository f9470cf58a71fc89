package dev.socketserver.internal.lead;

import dev.socketserver.internal.util.VirtualThreads;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Determines from outside whether a thread is blocked, computes, or waits for a processor. Created by the thread
 * itself; thread-safe afterwards.
 *
 * <p>The thread state reported by the JVM is sufficient for a thread that sleeps, is parked, or waits for a monitor. A
 * thread in state {@code RUNNABLE} may be blocked in a system call; Linux reports this in
 * {@code /proc/self/task/ID/stat} (proc(5)). On other systems, such a thread cannot be distinguished from one that
 * waits for a processor.
 */
final class ThreadActivity {
    /** The activity of a thread. */
    enum State {
        /** It waits for something other than a processor. */
        BLOCKED,
        /** It runs, or waits for a processor. */
        RUNNABLE,
        /** It may be blocked in a system call, or may wait for a processor. */
        UNKNOWN
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Path SELF = Path.of("/proc/thread-self");
    private static final int LONGEST_STAT = 512;

    /** The activity object of each thread that has requested one. */
    private static final ThreadLocal<ThreadActivity> OWN = ThreadLocal.withInitial(ThreadActivity::new);

    private final Thread thread = Thread.currentThread();
    private final @Nullable Path stat = stat();

    private ThreadActivity() {}

    /** Returns the activity of the calling thread. */
    static ThreadActivity ofCurrentThread() {
        return OWN.get();
    }

    private static @Nullable Path stat() {
        if (VirtualThreads.isCurrent()) {
            return null; // a virtual thread changes its carrier
        }
        try {
            Path task = Path.of("/proc").resolve(Files.readSymbolicLink(SELF)).resolve("stat");
            return Files.isReadable(task) ? task : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** Returns the thread. */
    Thread thread() {
        return thread;
    }

    /** Returns whether the JVM reports the thread as sleeping, parked, or waiting for a monitor. Cheap. */
    boolean isBlockedInJvm() {
        return thread.getState() != Thread.State.RUNNABLE;
    }

    /** Returns what the thread does, as far as the JVM and the system report it. Costs a few system calls. */
    State state() {
        if (isBlockedInJvm()) {
            return State.BLOCKED;
        }
        Path file = stat;
        return file == null ? State.UNKNOWN : state(file);
    }

    private static State state(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String line = new String(in.readNBytes(LONGEST_STAT), StandardCharsets.US_ASCII);
            int nameEnd = line.lastIndexOf(')');
            boolean isRunnable = nameEnd >= 0 && line.startsWith(") R", nameEnd);
            return isRunnable ? State.RUNNABLE : State.BLOCKED;
        } catch (IOException e) {
            return State.UNKNOWN; // it has ended, or descriptors have run out
        }
    }

    /** Returns the processor time that the thread has used so far, or null if the JVM does not report it. */
    @Nullable
    Duration processorTime() {
        try {
            long nanos = THREADS.getThreadCpuTime(thread.getId());
            return nanos < 0 ? null : Duration.ofNanos(nanos);
        } catch (UnsupportedOperationException e) {
            return null;
        }
    }
}
