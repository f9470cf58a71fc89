package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Polling;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker that runs out of memory between the steps of a run. */
@Timeout(60)
class TaskRunnerTest {
    private final WorkQueue queue = new WorkQueue(TaskPoolConfig.ofWorkers(1));
    private final TaskThreads threads = new TaskThreads(TaskPoolConfig.ofWorkers(1), queue);
    private final TaskRunner runner = new TaskRunner(queue, threads);

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
