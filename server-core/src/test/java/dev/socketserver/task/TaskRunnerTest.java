package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Polling;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker that runs out of memory, or of threads, between the steps of a run. */
@Timeout(60)
class TaskRunnerTest {
    private static final TaskPoolConfig ONE_WORKER = TaskPoolConfig.ofWorkers(1);

    private final WorkQueue queue = new WorkQueue(ONE_WORKER);
    private final AtomicInteger failing = new AtomicInteger(); // how many times there is no thread to be had
    private final TaskThreads threads = new TaskThreads(ONE_WORKER, queue, TaskThreads.LINGER, this::newPool);
    private final TaskRunner runner = new TaskRunner(queue, threads);

    private ElasticThreadPool newPool(PoolConfig config) {
        if (failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("unable to create native thread, says the test");
        }
        return new ElasticThreadPool(config);
    }

    @Test
    void aStepForWhichThereIsNoMemoryIsRepeated() throws Exception {
        var performed = new AtomicInteger();
        var notified = new AtomicInteger();
        queue.put(
                new QueuedTask() {
                    @Override
                    public Ending perform() {
                        performed.incrementAndGet();
                        return Ending.SUCCEEDED;
                    }

                    @Override
                    public void notifyDone() {
                        if (notified.incrementAndGet() < 3) {
                            throw new OutOfMemoryError("expected by the test");
                        }
                    }
                },
                0);
        queue.put(new PlainTask((Task) performed::incrementAndGet), 0);
        runner.start();
        assertThat(Polling.await(queue::isQuiet)).isTrue();
        assertThat(notified).hasValue(3);
        assertThat(performed).hasValue(2);
        assertThat(queue.progress()).isEqualTo(new Progress(2, 0, 0, 0));
        queue.shutdown();
        runner.releaseThreads();
        assertThat(runner.awaitThreads(Polling.PATIENCE.toNanos())).isTrue();
    }

    @Test
    void theNextTaskIsStartedOnceThereIsAThreadForIt() throws Exception {
        var performed = new AtomicInteger();
        var started = new CountDownLatch(1); // the next task is not for the call that starts this one
        queue.put(
                new PlainTask((Task) () -> {
                    started.await();
                    queue.put(new PlainTask((Task) performed::incrementAndGet), 0);
                    failing.set(3);
                    threads.close(); // as if there had been nothing to do for long
                }),
                0);
        runner.start();
        started.countDown();
        assertThat(Polling.await(queue::isQuiet)).isTrue();
        assertThat(performed).hasValue(1);
        queue.shutdown();
        runner.releaseThreads();
        assertThat(runner.awaitThreads(Polling.PATIENCE.toNanos())).isTrue();
    }

    @Test
    void closingWaitsForAThreadForTheTasksThatWait() throws Exception {
        var performed = new AtomicInteger();
        failing.set(3);
        queue.put(new PlainTask((Task) performed::incrementAndGet), 0);
        queue.shutdown();
        new ResultCollector(queue, runner).finish();
        assertThat(performed).hasValue(1);
        assertThat(queue.progress()).isEqualTo(new Progress(1, 0, 0, 0));
    }

    @Test
    void aTaskThatRunsOutOfMemoryFailsAndIsNotRepeated() throws Exception {
        var performed = new AtomicInteger();
        try (var pool = new TaskPool(1)) {
            pool.addTask(() -> {
                performed.incrementAndGet();
                throw new OutOfMemoryError("expected by the test");
            });
            pool.waitCompletion();
            assertThat(pool.progress()).isEqualTo(new Progress(1, 1, 0, 0));
        }
        assertThat(performed).hasValue(1);
    }
}
