package dev.socketserver.internal.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopThreadTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final AtomicBoolean died = new AtomicBoolean();

    private LoopThread thread(LoopThread.Step step) {
        return new LoopThread("loop", step, () -> died.set(true));
    }

    @Test
    void itRunsItsStepUntilItIsStopped() throws Exception {
        var rounds = new CountDownLatch(100);
        LoopThread loop = thread(rounds::countDown);
        loop.start();
        rounds.await();
        loop.stop();
        assertThat(loop.awaitEnd(LONG)).isTrue();
        assertThat(died).isFalse();
    }

    @Test
    void itOutlivesWhateverTheStepThrows() throws Exception {
        var rounds = new AtomicInteger();
        var enough = new CountDownLatch(1);
        LoopThread loop = thread(() -> {
            switch (rounds.getAndIncrement()) {
                case 0 -> throw new OutOfMemoryError("says the test");
                case 1 -> throw new Exception("says the test");
                case 2 -> Thread.currentThread().interrupt();
                default -> enough.countDown();
            }
        });
        loop.start();
        enough.await();
        loop.stop();
        assertThat(loop.awaitEnd(LONG)).isTrue();
        assertThat(died).isFalse();
    }

    @Test
    void aStepThatParksIsWokenByStop() throws Exception {
        var entered = new CountDownLatch(1);
        var self = new AtomicReference<LoopThread>();
        LoopThread loop = thread(() -> {
            entered.countDown();
            Objects.requireNonNull(self.get()).park(Long.MAX_VALUE);
        });
        self.set(loop);
        loop.start();
        entered.await();
        loop.stop();
        assertThat(loop.awaitEnd(LONG)).isTrue();
    }

    @Test
    void aStepThatHangsIsInterruptedAndLeftBehind() throws Exception {
        var entered = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        LoopThread loop = thread(() -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        loop.start();
        entered.await();
        loop.stop();
        assertThat(loop.awaitEnd(Duration.ofMillis(50))).isFalse();
        interrupted.await();
        assertThat(loop.awaitEnd(LONG)).isTrue();
    }

    @Test
    void oneThatWasNeverStartedHasEnded() throws Exception {
        assertThat(thread(() -> {}).awaitEnd(LONG)).isTrue();
    }

    @Test
    void itIsADaemonWhoeverStartsIt() throws Exception {
        var daemon = new AtomicBoolean();
        var seen = new CountDownLatch(1);
        LoopThread loop = thread(() -> {
            daemon.set(Thread.currentThread().isDaemon());
            seen.countDown();
        });
        loop.start();
        seen.await();
        loop.stop();
        assertThat(loop.awaitEnd(LONG)).isTrue();
        assertThat(daemon).isTrue();
    }
}
