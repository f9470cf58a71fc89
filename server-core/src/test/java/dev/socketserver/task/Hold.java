package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Polling;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Makes tasks run until a test releases them. */
final class Hold {
    private final Semaphore started = new Semaphore(0);
    private final Semaphore permits = new Semaphore(0);

    /** Blocks a worker until it is released. */
    void here() throws InterruptedException {
        started.release();
        permits.acquire();
    }

    /** Blocks a worker until it is released, and returns the value. */
    <T> T here(T value) throws InterruptedException {
        here();
        return value;
    }

    /** Waits until that many further tasks are blocked. */
    void awaitStarted(int count) throws InterruptedException {
        assertThat(started.tryAcquire(count, Polling.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("%d tasks are blocked", count)
                .isTrue();
    }

    /** Returns whether no further task has started. */
    boolean isNoMoreStarted() {
        return started.availablePermits() == 0;
    }

    void release(int count) {
        permits.release(count);
    }

    void releaseAll() {
        permits.release(Integer.MAX_VALUE / 2);
    }
}
