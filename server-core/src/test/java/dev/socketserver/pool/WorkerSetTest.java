package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.util.Log;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerSetTest {

    private static List<Worker> reserve(WorkerSet workers, int count, SimulatedMachine machine) {
        Log log = Log.of(WorkerSetTest.class);
        Dispatcher dispatcher = new Dispatcher(PoolConfig.defaults(), machine, log);
        List<Worker> reserved = IntStream.range(0, count)
                .mapToObj(
                        i -> new Worker(dispatcher, machine, new TaskFailures(log), "worker-" + i, StartReason.MINIMUM))
                .toList();
        workers.reserve(reserved);
        return reserved;
    }

    /** Two wakers that wait behind somebody else's time slice must not hold up everybody. */
    @Test
    void noMoreWorkersAreWokenThanCanRunUnlessNothingComesOfIt() {
        try (SimulatedMachine machine = new SimulatedMachine()) {
            WorkerSet workers = new WorkerSet(1);
            reserve(workers, 2, machine).forEach(worker -> workers.push(worker, 0));
            assertThat(workers.mayWake(0)).isTrue();
            Worker woken = Objects.requireNonNull(workers.takeIdle(0));
            assertThat(workers.mayWake(50_000)).as("one is waking").isFalse();
            assertThat(workers.mayWake(50_001)).as("for long").isTrue();
            workers.progressed(50_001);
            assertThat(workers.mayWake(100_001))
                    .as("but another has begun a task")
                    .isFalse();
            workers.awoken(woken);
            assertThat(workers.mayWake(100_001)).isTrue();
        }
    }

    @Test
    void itKnowsItsMembersWhicheverLeavesFirst() {
        try (SimulatedMachine machine = new SimulatedMachine()) {
            WorkerSet workers = new WorkerSet(1);
            List<Worker> reserved = reserve(workers, 4, machine);
            workers.startFailed(reserved.get(1));
            workers.arrived(reserved.get(0));
            workers.retire(reserved.get(0), RetireReason.LOWERED);
            assertThat(List.of(workers.get(0), workers.get(1)))
                    .containsExactlyInAnyOrder(reserved.get(2), reserved.get(3));
            workers.startFailed(reserved.get(3));
            workers.startFailed(reserved.get(2));
            assertThat(workers.size()).isZero();
            assertThat(workers.starting()).isZero();
        }
    }
}
