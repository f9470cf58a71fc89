package dev.socketserver.internal.lead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.RejectionReason;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the watchdog makes of a leader, looking by hand. */
@Timeout(60)
class LeadTest {
    private final ElasticThreadPool pool =
            new ElasticThreadPool(PoolConfig.builder().build());
    private final ServicePool services = Objects.requireNonNull(ServicePool.of(pool));
    private final CountDownLatch inTurn = new CountDownLatch(1);
    private final CountDownLatch mayReturn = new CountDownLatch(1);
    private final CountDownLatch returned = new CountDownLatch(1);
    private final AtomicBoolean keptTheLead = new AtomicBoolean();
    private final AtomicInteger quickRequests = new AtomicInteger();
    private final AtomicBoolean computes = new AtomicBoolean();
    private volatile @Nullable Thread leader;
    private final HandlerTimes times = new HandlerTimes();
    private final Lead task = new Lead(services, role(this::lead), times);

    private static Lead.Role role(Runnable leading) {
        return new Lead.Role() {
            @Override
            public void lead() {
                leading.run();
            }

            @Override
            public void hurry() {}

            @Override
            public void standIn() {}

            @Override
            public @Nullable AbortableTask servedBy(Thread thread) {
                return null;
            }
        };
    }

    /** The first leader runs one handler, that waits for the test or computes; those after it have nothing to do. */
    private void lead() {
        if (inTurn.getCount() == 0) {
            return;
        }
        for (int i = 0; i < quickRequests.get(); i++) {
            task.leadership().end(task.leadership().begin());
        }
        long turn = task.leadership().begin();
        leader = Thread.currentThread();
        inTurn.countDown();
        while (computes.get()) {
            Thread.onSpinWait();
        }
        try {
            mayReturn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        keptTheLead.set(task.leadership().end(turn));
        returned.countDown();
    }

    @AfterEach
    void close() {
        computes.set(false);
        mayReturn.countDown();
        pool.close();
    }

    private void awaitParked() {
        Thread parked = Objects.requireNonNull(leader);
        while (parked.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aLeaderThatIsParkedLosesTheLead() throws InterruptedException {
        task.callForLeader();
        inTurn.await();
        awaitParked();
        assertThat(task.look()).as("one that blocks without quick ones before").isEqualTo(Lead.Finding.BLOCKED_AGAIN);
        mayReturn.countDown();
        returned.await();
        assertThat(keptTheLead).isFalse();
    }

    @Test
    void aLeaderThatIsParkedAfterManyQuickRequestsMakesTheWatchdogAlert() throws InterruptedException {
        quickRequests.set(100);
        task.callForLeader();
        inTurn.await();
        awaitParked();
        assertThat(task.look()).isEqualTo(Lead.Finding.BLOCKED);
    }

    @Test
    void aLeaderThatComputesLosesTheLeadAfterItHasUsedAMillisecondOfProcessorTime() throws InterruptedException {
        computes.set(true);
        task.callForLeader();
        inTurn.await();
        long turn = task.leadership().seen();
        assertThat(task.look()).as("the first look").isEqualTo(Lead.Finding.MOVED);
        assertThat(task.look()).as("the second").isEqualTo(Lead.Finding.STILL);
        while (task.leadership().seen() == turn) {
            task.look(); // may find it blocked at last: the JVM stops it at a safepoint, the system in a page fault
        }
        assertThat(Leadership.isVacant(task.leadership().seen())
                        || task.leadership().seen() != turn)
                .isTrue();
    }

    @Test
    void aLeadThatNobodyWantedIsNotGivenToAnyone() {
        assertThat(task.look()).isEqualTo(Lead.Finding.IDLE);
        assertThat(Leadership.isVacant(task.leadership().seen())).isTrue();
        assertThat(pool.snapshot().handedOff() + pool.snapshot().queued()).isZero();
    }

    @Test
    void aLeaderThatThePoolGaveUpIsCalledAgain() throws InterruptedException {
        var leads = new CountDownLatch(1);
        var occupied = new CountDownLatch(1);
        PoolConfig oneWorker = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .minSpareWorkers(0)
                .overloadPolicy(OverloadPolicy.ADAPTIVE)
                .adaptiveTarget(Duration.ofNanos(1))
                .adaptiveInterval(Duration.ofNanos(1))
                .build();
        try (ElasticThreadPool full = new ElasticThreadPool(oneWorker)) {
            Lead shed = new Lead(Objects.requireNonNull(ServicePool.of(full)), role(leads::countDown), times);
            full.execute(() -> {
                occupied.countDown();
                try {
                    mayReturn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            occupied.await();
            full.execute(() -> {}); // shows by its wait that the pool is overloaded
            shed.callForLeader();
            mayReturn.countDown();
            while (leads.getCount() > 0) {
                shed.look();
            }
            assertThat(full.snapshot().rejectionsByReason()).containsKey(RejectionReason.WAITED_TOO_LONG);
        }
    }
}
