package dev.socketserver.pool;

import dev.socketserver.internal.util.VirtualThreads;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What a pool needs from the machine: a clock, threads and parking. Tests replace it with a simulated one. */
interface Machine {

    /** Park without a time limit. */
    long FOREVER = Long.MAX_VALUE;

    /** Returns the time, as {@link System#nanoTime()} does. */
    long nanoTime();

    /** Returns how many threads the machine can run at once. */
    int processors();

    /** Returns a new thread for a worker, not started. */
    Thread newWorker(String name, Runnable body);

    /** Returns a new daemon thread for the pool's own use, not started. */
    Thread newDaemon(String name, Runnable body);

    /** Blocks the current thread as {@link LockSupport#parkNanos(Object, long)} does: it may return early. */
    void park(Object blocker, long nanos);

    /** Wakes a parked thread, or lets its next park return at once. */
    void unpark(Thread thread);

    /**
     * Returns the real machine. Its threads inherit nothing from the submitting thread: their group and context class
     * loader are those of the thread that calls this method, their priority is normal, they have no inheritable
     * thread-locals, and platform workers are daemon threads only if so configured.
     *
     * @throws UnsupportedOperationException if virtual workers are requested and the JDK does not support them
     */
    static Machine system(WorkerKind kind, boolean daemon) {
        if (kind == WorkerKind.VIRTUAL) {
            VirtualThreads.require();
        }
        Thread creator = Thread.currentThread();
        return new SystemMachine(kind, daemon, creator.getThreadGroup(), creator.getContextClassLoader());
    }

    /** The real machine. Thread-safe. */
    record SystemMachine(
            WorkerKind kind,
            boolean daemon,
            @Nullable ThreadGroup group,
            @Nullable ClassLoader loader) implements Machine {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public int processors() {
            return Runtime.getRuntime().availableProcessors();
        }

        @Override
        public Thread newWorker(String name, Runnable body) {
            if (kind == WorkerKind.PLATFORM) {
                return newThread(name, body, daemon);
            }
            Thread thread = VirtualThreads.newThread(name, body);
            thread.setContextClassLoader(loader);
            return thread;
        }

        @Override
        public Thread newDaemon(String name, Runnable body) {
            return newThread(name, body, true);
        }

        @SuppressWarnings("ThreadPriorityCheck") // nothing relies on the priority
        private Thread newThread(String name, Runnable body, boolean asDaemon) {
            Thread thread = new Thread(group, body, name, 0, false);
            thread.setDaemon(asDaemon);
            thread.setPriority(Thread.NORM_PRIORITY);
            thread.setContextClassLoader(loader);
            return thread;
        }

        @Override
        public void park(Object blocker, long nanos) {
            if (nanos == FOREVER) {
                LockSupport.park(blocker);
            } else {
                LockSupport.parkNanos(blocker, nanos);
            }
        }

        @Override
        public void unpark(Thread thread) {
            LockSupport.unpark(thread);
        }
    }
}
