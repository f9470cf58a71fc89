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
 * Tells from outside what a thread does: whether it is blocked, computes, or waits for a processor. Created by the
 * thread itself; then thread-safe.
 *
 * <p>The state that the JVM reports is enough for a thread that sleeps, is parked, or waits for a monitor. One that the
 * JVM calls runnable may be blocked inside a system call; Linux knows, in {@code /proc/self/task/ID/stat} (proc(5)).
 * Where that is missing, such a thread cannot be told from one that waits for a processor.
 */
final class ThreadActivity {
    /** What a thread does. */
    enum State {
        /** It waits for something other than a processor. */
        BLOCKED,
        /** It runs, or waits for a processor. */
        RUNNABLE,
        /** It may be blocked inside a system call, or wait for a processor. */
        UNKNOWN
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Path SELF = Path.of("/proc/thread-self");
    private static final int LONGEST_STAT = 512;

    /** The activity of each thread that has asked for its own. */
    private static final ThreadLocal<ThreadActivity> OWN = ThreadLocal.withInitial(ThreadActivity::new);

    private final Thread thread = Thread.currentThread();
    private final @Nullable Path stat = stat();

    private ThreadActivity() {}

    /** Returns that of the calling thread. */
    static ThreadActivity ofCurrentThread() {
        return OWN.get();
    }

    private static @Nullable Path stat() {
        if (VirtualThreads.isCurrent()) {
            return null; // its carrier changes
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

    /** Returns what the thread does, as far as JVM and system tell. Costs a few system calls. */
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

    /** Returns how much processor time the thread has used so far, or null if the JVM cannot tell. */
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
