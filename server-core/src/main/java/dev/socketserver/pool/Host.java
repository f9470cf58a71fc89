package dev.socketserver.pool;

import java.util.concurrent.locks.LockSupport;

/** What the pool takes from the machine: time, threads and parking. Tests put a simulated machine in its place. */
interface Host {

    /** Park without a time limit. */
    long FOREVER = Long.MAX_VALUE;

    /** The clock, as {@link System#nanoTime()}. */
    long nanoTime();

    /** How many threads the machine can run at once. */
    int processors();

    /** A new thread for a worker, not started. */
    Thread newWorker(String name, Runnable body);

    /** A new daemon for the pool's own use, not started. */
    Thread newDaemon(String name, Runnable body);

    /** Blocks the current thread as {@link LockSupport#parkNanos(Object, long)} does: it may return early. */
    void park(Object blocker, long nanos);

    /** Wakes a parked thread, or lets its next park return at once. */
    void unpark(Thread thread);

    /** The real machine, with workers of the given kind, platform ones daemons or not. */
    static Host system(WorkerKind kind, boolean daemon) {
        return new SystemHost(kind == WorkerKind.VIRTUAL ? new VirtualThreads() : new PlatformThreads(daemon));
    }

    /** The machine itself. Thread-safe. */
    record SystemHost(WorkerThreads workers) implements Host {
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
            return workers.newThread(name, body);
        }

        @Override
        public Thread newDaemon(String name, Runnable body) {
            Thread thread = new Thread(null, body, name, 0, false);
            thread.setDaemon(true);
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
