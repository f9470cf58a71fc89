package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs small programs under every schedule with at most a few preemptions: a thread can be stopped before each decision
 * of the pool and before each wake-up. All state is guarded by one lock, so finer schedules differ in nothing but the
 * parking protocol, which jcstress covers. A failure prints its schedule.
 */
@Timeout(120)
class ModelCheckTest {
    private static final int PREEMPTIONS = 2;

    @Test
    void retireAndHandOffNeverBothHappenAndNeverNeither() {
        int schedules = everySchedule(machine -> {
            Program program = new Program(machine, b -> b.minWorkers(2).minSpareWorkers(0));
            machine.spawn("submitter", () -> program.submit(2));
            machine.spawn(
                    "resizer", () -> program.reconfigure(b -> b.minWorkers(0).idleWindow(Duration.ofMillis(1))));
            machine.settle();
            machine.advance(Duration.ofMillis(10));
            program.endsWith(2, 0);
        });
        assertThat(schedules).isGreaterThan(100);
    }

    @Test
    void aTaskIsRunOrRefusedWhenThePoolShutsDown() {
        int schedules = everySchedule(machine -> {
            Program program = new Program(machine, b -> b.minWorkers(1).maxWorkers(2));
            machine.spawn("submitter", () -> program.submit(3));
            machine.spawn("closer", program.pool::shutdown);
            machine.settle();
            machine.advance(Duration.ofMillis(10));
            program.endsWith(3, 0);
        });
        assertThat(schedules).isGreaterThan(100);
    }

    @Test
    void aTaskIsRunOrRefusedOrReturnedWhenThePoolIsStopped() {
        everySchedule(machine -> {
            Program program =
                    new Program(machine, b -> b.minWorkers(1).maxWorkers(1).queueCapacity(1));
            machine.spawn("submitter", () -> program.submit(2));
            machine.spawn("blocked", () -> program.submit(2));
            machine.spawn("stopper", () -> {
                int returned = program.pool.shutdownNow().size();
                program.ends += returned;
            });
            machine.settle();
            program.endsWith(4, 0);
        });
    }

    @Test
    void loweringTheMaximumWhileThePoolGrowsLeavesItWithinTheLimit() {
        everySchedule(machine -> {
            Program program =
                    new Program(machine, b -> b.minWorkers(1).maxWorkers(3).queueThreshold(0));
            machine.spawn("submitter", () -> program.submit(3));
            machine.spawn("resizer", () -> program.reconfigure(b -> b.maxWorkers(1)));
            machine.settle();
            machine.advance(Duration.ofMillis(10));
            program.endsWith(3, 1);
        });
    }

    @Test
    void theMinimumStandsWhileWorkersRetire() {
        everySchedule(machine -> {
            Program program = new Program(
                    machine,
                    b -> b.minWorkers(1)
                            .maxWorkers(3)
                            .minSpareWorkers(0)
                            .queueThreshold(0)
                            .idleWindow(Duration.ofMillis(1)));
            machine.spawn("one", () -> program.submit(2));
            machine.spawn("other", () -> program.submit(1));
            machine.settle();
            machine.advance(Duration.ofMillis(10));
            program.endsWith(3, 1);
        });
    }

    @Test
    void blockedSubmittersAreAllServed() {
        everySchedule(machine -> {
            Program program =
                    new Program(machine, b -> b.minWorkers(1).maxWorkers(1).queueCapacity(1));
            machine.spawn("one", () -> program.submit(2));
            machine.spawn("other", () -> program.submit(2));
            machine.settle();
            program.endsWith(4, 1);
        });
    }

    @Test
    void nobodyWaitsForRoomInAPoolThatCouldStartNoWorker() {
        everySchedule(machine -> {
            Program program = new Program(
                    machine,
                    b -> b.minWorkers(0).maxWorkers(1).minSpareWorkers(0).queueCapacity(0));
            machine.spawn("one", () -> program.submit(1));
            machine.spawn("other", () -> program.submit(1));
            machine.failNextStarts(1);
            machine.settle();
            machine.advance(Duration.ofSeconds(1));
            program.endsWith(2, 0);
        });
    }

    /** Runs a program under one schedule after the other; returns how many there were. */
    private static int everySchedule(Consumer<SimulatedMachine> program) {
        Schedule schedule = new Schedule();
        int count = 0;
        do {
            schedule.begin();
            SimulatedMachine machine = new SimulatedMachine(schedule, true);
            try (machine) {
                program.accept(machine);
            } catch (AssertionError e) {
                throw new AssertionError("schedule " + schedule, e);
            }
            count++;
        } while (schedule.next());
        return count;
    }

    /** Depth first through the choices, each an index into the runnable threads, of which 0 goes on with the last. */
    private static final class Schedule implements IntUnaryOperator {
        private final List<Integer> choices = new ArrayList<>();
        private final List<Integer> alternatives = new ArrayList<>();
        private int position;
        private int preemptions;

        void begin() {
            position = 0;
            preemptions = 0;
        }

        @Override
        public int applyAsInt(int count) {
            if (position == choices.size()) {
                choices.add(0);
                alternatives.add(preemptions < PREEMPTIONS ? count : 1);
            }
            int choice = choices.get(position++);
            if (choice > 0) {
                preemptions++;
            }
            return choice;
        }

        /** Moves on to the next schedule; false if there is none. */
        boolean next() {
            while (!choices.isEmpty()) {
                int last = choices.size() - 1;
                if (choices.get(last) + 1 < alternatives.get(last)) {
                    choices.set(last, choices.get(last) + 1);
                    return true;
                }
                choices.remove(last);
                alternatives.remove(last);
            }
            return false;
        }

        @Override
        public String toString() {
            return choices.toString();
        }
    }

    /** A pool, and tasks that are counted when they end one way or the other. */
    private static final class Program {
        final ElasticThreadPool pool;
        int ends;

        Program(SimulatedMachine machine, Consumer<PoolConfig.Builder> options) {
            PoolConfig.Builder builder = PoolConfig.builder();
            options.accept(builder);
            this.pool = new ElasticThreadPool(builder.build(), machine);
        }

        void submit(int count) {
            for (int i = 0; i < count; i++) {
                try {
                    pool.execute(() -> ends++);
                } catch (RejectedExecutionException e) {
                    ends++;
                }
            }
        }

        void reconfigure(Consumer<PoolConfig.Builder> options) {
            PoolConfig.Builder builder = pool.config().toBuilder();
            options.accept(builder);
            pool.reconfigure(builder.build());
        }

        void endsWith(int expectedEnds, int leastSize) {
            PoolSnapshot snapshot = pool.snapshot();
            assertThat(ends).isEqualTo(expectedEnds);
            assertThat(snapshot.size()).isBetween(leastSize, pool.config().maxWorkers());
            assertThat(snapshot.busy()).isZero();
            assertThat(snapshot.starting()).isZero();
            assertThat(snapshot.queued()).isZero();
            assertThat(snapshot.blockedSubmitters()).isZero();
        }
    }
}
