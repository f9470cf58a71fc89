package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.peer.Polling;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.WorkerKind;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Threads are started for tasks and end after them. */
@Timeout(60)
class TaskThreadsTest {
    private static final String NAME = "coming-and-going";

    private final Hold hold = new Hold();

    private static TaskPoolConfig config(int workers) {
        return TaskPoolConfig.builder(workers).name(NAME).build();
    }

    /** Returns all threads of pools with that name. */
    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(NAME))
                .toList();
    }

    @Test
    void aPoolWithoutTasksHasNoThreads() throws Exception {
        try (var pool = new TaskPool(config(50))) {
            assertThat(threads()).isEmpty();
            for (int round = 0; round < 2; round++) {
                pool.map(IntStream.range(0, 50).boxed().toList(), n -> hold.here());
                hold.awaitStarted(50);
                assertThat(threads()).hasSizeGreaterThan(50);
                hold.release(50);
                assertThat(Polling.await(() -> threads().isEmpty())).isTrue();
            }
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aPoolOfVirtualWorkersWithoutTasksHasNoThreadsEither() throws Exception {
        var config = TaskPoolConfig.builder(50)
                .name(NAME)
                .workerKind(WorkerKind.VIRTUAL)
                .build();
        try (var pool = new TaskPool(config)) {
            assertThat(threads()).isEmpty();
            assertThat(pool.submit(() -> 1)).succeedsWithin(Polling.PATIENCE).isEqualTo(1);
        }
        assertThat(Polling.await(() -> threads().isEmpty())).isTrue();
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void aPoolOfVirtualWorkersIsRefusedWhereThereAreNone() {
        var config = TaskPoolConfig.builder(1).name(NAME).workerKind(WorkerKind.VIRTUAL);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> new TaskPool(config.build()).close())
                .withMessageContaining("JDK 21");
        assertThat(threads()).isEmpty();
    }

    @Test
    void closingEndsThreadsThatLinger() throws Exception {
        var queue = new WorkQueue(config(2));
        var threads = threads(config(2), queue, Duration.ofHours(1));
        var runner = new TaskRunner(queue, threads);
        put(queue, hold::here);
        runner.start();
        hold.awaitStarted(1);
        hold.releaseAll();
        assertThat(Polling.await(() -> queue.progress().left() == 0)).isTrue();
        assertThat(threads.await(0)).isFalse();
        threads.close();
        assertThat(threads.await(Polling.PATIENCE.toNanos())).isTrue();
        assertThat(Polling.await(() -> threads().isEmpty())).isTrue();
    }

    @Test
    void cancellingATaskThatNoThreadHasBegunEndsThreads() throws Exception {
        var queue = new WorkQueue(config(1));
        var threads = threads(config(1), queue, Duration.ofHours(1));
        var runner = new TaskRunner(queue, threads);
        threads.execute(() -> {
            try {
                hold.here(); // so that there is no other thread
            } catch (InterruptedException expected) {
                Thread.currentThread().interrupt();
            }
        });
        hold.awaitStarted(1);
        put(queue, () -> {});
        runner.start();
        queue.shutdown();
        assertThat(runner.stop()).hasSize(1);
        assertThat(runner.awaitThreads(Polling.PATIENCE.toNanos())).isTrue();
    }

    @Test
    void threadsStayWhileATaskRuns() throws Exception {
        var queue = new WorkQueue(config(2));
        var threads = threads(config(2), queue, Duration.ofNanos(1));
        var runner = new TaskRunner(queue, threads);
        put(queue, hold::here);
        runner.start();
        hold.awaitStarted(1);
        for (int i = 0; i < 100; i++) {
            var ran = new Hold();
            put(queue, ran::here);
            runner.start();
            ran.awaitStarted(1);
            ran.releaseAll();
        }
        assertThat(threads()).isNotEmpty();
        hold.releaseAll();
        assertThat(Polling.await(() -> threads().isEmpty())).isTrue();
        assertThat(threads.await(0)).isTrue();
    }

    /** Pauses between tasks that are about as long as threads linger. */
    @Test
    void noTaskIsLostWhileThreadsComeAndGo() throws Exception {
        var queue = new WorkQueue(config(2));
        var threads = threads(config(2), queue, Duration.ofNanos(50_000));
        var runner = new TaskRunner(queue, threads);
        var ran = new AtomicInteger();
        for (int i = 1; i <= 3_000; i++) {
            int expected = i;
            put(queue, ran::incrementAndGet);
            runner.start();
            assertThat(Polling.await(() -> ran.get() == expected)).isTrue();
        }
        assertThat(Polling.await(() -> threads().isEmpty())).isTrue();
        assertThat(threads.await(0)).isTrue();
    }

    private static TaskThreads threads(TaskPoolConfig config, WorkQueue queue, Duration linger) {
        return new TaskThreads(config, queue, linger, ElasticThreadPool::new);
    }

    private static void put(WorkQueue queue, Task task) throws InterruptedException {
        assertThat(queue.put(new PlainTask(task), 0)).isTrue();
    }

    @Test
    void threadsHaveTheClassLoaderOfThoseWhoMadeThePool() throws Exception {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        try (var maker = new URLClassLoader(new URL[0], before);
                var user = new URLClassLoader(new URL[0], before)) {
            current.setContextClassLoader(maker);
            try (var pool = new TaskPool(config(1))) {
                current.setContextClassLoader(user);
                for (int round = 0; round < 2; round++) {
                    assertThat(pool.submit(() -> Thread.currentThread().getContextClassLoader())
                                    .get())
                            .isSameAs(maker);
                    assertThat(current.getContextClassLoader()).isSameAs(user);
                    assertThat(Polling.await(() -> threads().isEmpty())).isTrue();
                }
            }
        } finally {
            current.setContextClassLoader(before);
        }
    }
}
