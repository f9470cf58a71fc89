package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrewTest {

    /** Two wakers that wait behind somebody else's time slice must not hold up everybody. */
    @Test
    void noMoreWorkersAreWokenThanCanRunUnlessNothingComesOfIt() {
        try (SimulatedHost host = new SimulatedHost()) {
            Dispatcher dispatcher = new Dispatcher(PoolConfig.defaults(), host);
            Crew crew = new Crew(1);
            List<Worker> workers =
                    crew.reserve(2, n -> new Worker(dispatcher, host, "worker-" + n, StartReason.MINIMUM));
            workers.forEach(worker -> crew.idle().push(worker, 0));
            assertThat(crew.mayWake(0)).isTrue();
            crew.takeIdle(0);
            assertThat(crew.mayWake(50_000)).as("one is waking").isFalse();
            assertThat(crew.mayWake(50_001)).as("for long").isTrue();
            crew.progressed(50_001);
            assertThat(crew.mayWake(100_001)).as("but another has begun a task").isFalse();
            crew.awoken();
            assertThat(crew.mayWake(100_001)).isTrue();
        }
    }
}
