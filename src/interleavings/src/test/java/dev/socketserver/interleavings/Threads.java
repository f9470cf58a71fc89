package dev.socketserver.interleavings;

/** The threads of a case. */
public final class Threads {
    private Threads() {}

    /** Starts a thread. */
    public static Thread start(Runnable program) {
        var thread = new Thread(program);
        thread.start();
        return thread;
    }

    /** Waits for the ends of threads. */
    public static void join(Thread... threads) {
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
