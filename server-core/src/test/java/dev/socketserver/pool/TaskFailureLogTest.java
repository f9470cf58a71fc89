package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.socketserver.peer.CapturedLog;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** What a pool logs when tasks fail. */
@Timeout(60)
class TaskFailureLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(ElasticThreadPool.class);

    @RegisterExtension
    final CapturedLog written = new CapturedLog(logger);

    private static void fail() {
        throw new IllegalStateException("the frequent one");
    }

    private List<String> errors() {
        return written.events().stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .map(event -> event.getThrowableProxy().getMessage())
                .toList();
    }

    @Test
    void aTaskThatFailsAThousandTimesNeitherFloodsTheLogNorHidesAnother() throws Exception {
        try (var pool = new ElasticThreadPool(PoolConfig.builder().maxWorkers(5).build())) {
            for (int i = 0; i < 1000; i++) {
                pool.execute(TaskFailureLogTest::fail);
            }
            pool.execute(() -> {
                throw new IllegalStateException("the rare one");
            });
            pool.join();
        }
        assertThat(errors()).containsExactlyInAnyOrder("the frequent one", "the rare one");
    }

    /** As a full disk with {@code ignoreExceptions=false}. */
    @Test
    void aLogThatThrowsCostsNoWorkerAndNoSupervisor() {
        AppenderBase<ILoggingEvent> broken = new AppenderBase<>() {
            @Override
            public synchronized void doAppend(ILoggingEvent event) {
                throw new AssertionError("no space left on device");
            }

            @Override
            protected void append(ILoggingEvent event) {}
        };
        logger.addAppender(broken);
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).minSpareWorkers(0).stuckAfter(Duration.ofSeconds(1)))) {
            it.pool.execute(TaskFailureLogTest::fail);
            it.machine.settle();
            it.submit(1, Duration.ofSeconds(3)); // stuck
            it.machine.advance(Duration.ofSeconds(2));
            it.machine.failNextStarts(2);
            it.submit(3, Duration.ofSeconds(1));
            it.machine.advance(Duration.ofSeconds(3));
            assertThat(it.done()).isEqualTo(4);
            assertThat(it.snapshot().stuckTasks()).isPositive();
            assertThat(it.snapshot().startFailures()).isEqualTo(2);
            it.machine.advance(Duration.ofMinutes(1));
            assertThat(it.size()).isEqualTo(1);
        } finally {
            logger.detachAppender(broken);
        }
    }

    @Test
    void aRejectedMethodThatThrowsIsLoggedOncePerKindToo() {
        PoolConfig config = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(1)
                .overloadPolicy(OverloadPolicy.SHED_OLDEST)
                .build();
        try (var pool = new SimulatedPool(b -> config.toBuilder())) {
            for (int i = 0; i < 100; i++) {
                pool.pool.execute(new RejectableTask() {
                    @Override
                    public void run() {}

                    @Override
                    public void rejected(RejectionReason why) {
                        fail();
                    }
                });
            }
        }
        assertThat(errors()).containsExactly("the frequent one");
    }

    /** A task that cannot be stopped, and not even be named. */
    private record Stubborn(SimulatedMachine machine) implements AbortableTask {
        @Override
        public void run() {
            machine.sleepUnlessInterrupted(Duration.ofHours(1));
        }

        @Override
        public void abort() {
            throw new IllegalStateException("will not stop");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("has no name");
        }
    }

    @Test
    void whatAStuckTaskThrowsIsLoggedUnderTheNameOfItsClass() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.stuckAfter(Duration.ofSeconds(1)).stuckAction(StuckAction.ABORT))) {
            it.pool.execute(new Stubborn(it.machine));
            it.machine.advance(Duration.ofSeconds(1));
        }
        assertThat(errors()).containsExactly("will not stop");
        assertThat(written.events())
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsOnly("Task failed: " + Stubborn.class.getName());
    }
}
