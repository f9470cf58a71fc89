package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Polling;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Tasks that run until a test lets them go. */
final class Hold {
    private final Semaphore started = new Semaphore(0);
    private final Semaphore permits = new Semaphore(0);

    /** Waits, in a worker, to be let go. */
    void here() throws InterruptedException {
        started.release();
        permits.acquire();
    }

    /** Waits, in a worker, to be let go, and returns the value. */
    <T> T here(T value) throws InterruptedException {
        here();
        return value;
    }

    /** Waits until that many more tasks are held. */
    void awaitStarted(int count) throws InterruptedException {
        assertThat(started.tryAcquire(count, Polling.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("%d tasks are held", count)
                .isTrue();
    }

    /** Tells whether no more task was started than waited for. */
    boolean isNoMoreStarted() {
        return started.availablePermits() == 0;
    }

    void letGo(int count) {
        permits.release(count);
    }

    void letAllGo() {
        permits.release(Integer.MAX_VALUE / 2);
    }
}
