package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.util.Log;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker alone, whose tasks come from the test. */
@Timeout(60)
class WorkerTest {
    private final List<Boolean> interrupted = new ArrayList<>();

    /** Assigns two tasks, and aborts the first before it begins; then ends the worker. */
    private final class AbortingTheFirst implements Worker.Source {
        private int calls;

        @Override
        public void next(Worker worker) {
            calls++;
            if (calls == 3) {
                worker.retire(RetireReason.SHUTDOWN);
                return;
            }
            worker.take(() -> interrupted.add(Thread.currentThread().isInterrupted()));
            if (calls == 1) {
                worker.abort();
            }
        }

        @Override
        public boolean isStopping() {
            return false;
        }
    }

    @Test
    void aTaskThatIsAbortedBeforeItBeginsIsInterruptedAndTheNextIsNot() {
        try (SimulatedMachine machine = new SimulatedMachine()) {
            var failures = new TaskFailures(Log.of(WorkerTest.class));
            new Worker(new AbortingTheFirst(), machine, failures, "worker-1", StartReason.MINIMUM).start();
            machine.settle();
        }
        assertThat(interrupted).containsExactly(true, false);
    }
}
