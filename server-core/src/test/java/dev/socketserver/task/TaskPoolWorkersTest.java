package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.peer.Polling;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers are created and dismissed while the pool works. */
@Timeout(60)
class TaskPoolWorkersTest {
    private final Hold hold = new Hold();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private void work() throws InterruptedException {
        threads.add(Thread.currentThread());
        hold.here();
    }

    private TaskPool pool(int workers) {
        return new TaskPool(TaskPoolConfig.builder(workers).queueCapacity(100).build());
    }

    private void add(TaskPool pool, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            pool.addTask(this::work);
        }
    }

    @Test
    void createdWorkersTakeWhatWaitsAtOnce() throws Exception {
        try (TaskPool pool = pool(1)) {
            add(pool, 3);
            hold.awaitStarted(1);
            pool.createWorkers(2);
            hold.awaitStarted(2);
            assertThat(pool.workers()).isEqualTo(3);
            hold.letAllGo();
        }
    }

    @Test
    void anIdleWorkerIsGoneAtOnceWhenDismissed() throws Exception {
        try (TaskPool pool = pool(2)) {
            add(pool, 2);
            hold.awaitStarted(2);
            hold.letGo(2);
            pool.waitCompletion();
            assertThat(pool.dismissWorkers(2, true)).isEqualTo(2);
            assertThat(pool.workers()).isZero();
            assertThat(pool.dismissedWorkers()).isZero();
        }
    }

    @Test
    void theThreadsOfDismissedWorkersEnd() throws Exception {
        try (TaskPool pool = pool(3)) {
            add(pool, 3);
            hold.awaitStarted(3);
            pool.dismissWorkers(2);
            hold.letGo(2);
            pool.joinAllDismissedWorkers();
            List<Thread> all = new ArrayList<>(threads);
            assertThat(all).hasSize(3);
            assertThat(Polling.await(() -> all.stream().filter(Thread::isAlive).count() == 1))
                    .isTrue();
            hold.letAllGo();
        }
    }

    @Test
    void aBusyWorkerIsGoneWhenItsTaskEndsAndTakesNoOther() throws Exception {
        try (TaskPool pool = pool(2)) {
            add(pool, 4);
            hold.awaitStarted(2);
            assertThat(pool.dismissWorkers(1)).isEqualTo(1);
            assertThat(pool.dismissedWorkers()).isEqualTo(1);
            Caller<Boolean> joining = Caller.of(pool::joinAllDismissedWorkers).awaitBlocked();
            hold.letGo(1);
            joining.result();
            assertThat(pool.dismissedWorkers()).isZero();
            assertThat(hold.isNoMoreStarted()).isTrue();
            hold.letGo(1);
            hold.awaitStarted(1);
            hold.letGo(1);
            hold.awaitStarted(1);
            hold.letAllGo();
        }
    }

    @Test
    void noMoreAreDismissedThanThereAre() throws Exception {
        try (TaskPool pool = pool(2)) {
            assertThat(pool.dismissWorkers(5)).isEqualTo(2);
            assertThat(pool.dismissWorkers(5, true)).isZero();
        }
    }

    @Test
    void workersCreatedAfterADismissalTakeTheirPlaces() throws Exception {
        try (TaskPool pool = pool(2)) {
            add(pool, 2);
            hold.awaitStarted(2);
            pool.dismissWorkers(2);
            add(pool, 1);
            pool.createWorkers(3);
            hold.awaitStarted(1);
            assertThat(pool.dismissedWorkers()).isZero();
            hold.letAllGo();
        }
    }

    @Test
    void allDismissedWorkersMayBeReplacedLater() throws Exception {
        try (TaskPool pool = pool(3)) {
            pool.dismissWorkers(3, true);
            add(pool, 2);
            assertThat(hold.isNoMoreStarted()).isTrue();
            pool.createWorkers(1);
            hold.awaitStarted(1);
            hold.letAllGo();
            pool.waitCompletion();
            assertThat(pool.progress().done()).isEqualTo(2);
        }
    }

    @Test
    void neverMoreTasksRunThanThereAreWorkers() throws Exception {
        try (TaskPool pool = pool(2)) {
            add(pool, 20);
            hold.awaitStarted(2);
            for (int i = 0; i < 10; i++) {
                hold.letGo(1);
                hold.awaitStarted(1);
                assertThat(hold.isNoMoreStarted()).isTrue();
            }
            hold.letAllGo();
        }
        assertThat(threads).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void negativeNumbersAreRefused() {
        try (TaskPool pool = pool(1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.createWorkers(-1))
                    .withMessage("count must be at least 0: -1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.dismissWorkers(-2))
                    .withMessage("count must be at least 0: -2");
        }
    }
}
