package dev.socketserver.peer;

import java.util.concurrent.TimeUnit;

/** How tests end what they started. */
final class ChildProcess {
    private static final int PATIENCE_SECONDS = 30;

    private ChildProcess() {}

    /** Waits until a process that was told to end has ended, without the JDK's thread pool, which would stay. */
    static void awaitExit(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running: " + process);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
