package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.peer.Polling;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Creating and dismissing workers while tasks run. */
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
    void newWorkersRunWaitingTasksImmediately() throws Exception {
        try (TaskPool pool = pool(1)) {
            add(pool, 3);
            hold.awaitStarted(1);
            pool.createWorkers(2);
            hold.awaitStarted(2);
            assertThat(pool.workers()).isEqualTo(3);
            hold.releaseAll();
        }
    }

    @Test
    void aDismissedIdleWorkerIsGoneImmediately() throws Exception {
        try (TaskPool pool = pool(2)) {
            add(pool, 2);
            hold.awaitStarted(2);
            hold.release(2);
            pool.waitCompletion();
            assertThat(pool.dismissWorkers(2, true)).isEqualTo(2);
            assertThat(pool.workers()).isZero();
            assertThat(pool.dismissedWorkers()).isZero();
        }
    }

    @Test
    void theThreadsOfDismissedWorkersEnd() throws Exception {
        var last = new Hold();
        try (TaskPool pool = pool(3)) {
            add(pool, 2);
            hold.awaitStarted(2);
            pool.addTask(() -> {
                threads.add(Thread.currentThread());
                last.here();
            });
            last.awaitStarted(1);
            pool.dismissWorkers(2);
            hold.releaseAll();
            pool.joinAllDismissedWorkers();
            List<Thread> all = new ArrayList<>(threads);
            assertThat(all).hasSize(3);
            assertThat(Polling.await(() -> all.stream().filter(Thread::isAlive).count() == 1))
                    .isTrue();
            last.releaseAll();
        }
    }

    @Test
    void aDismissedBusyWorkerIsGoneWhenItsTaskEnds() throws Exception {
        var first = new Hold();
        try (TaskPool pool = pool(2)) {
            pool.addTask(first::here);
            first.awaitStarted(1);
            add(pool, 3);
            hold.awaitStarted(1);
            assertThat(pool.dismissWorkers(1)).isEqualTo(1);
            assertThat(pool.dismissedWorkers()).isEqualTo(1);
            Caller<Boolean> joining = Caller.of(pool::joinAllDismissedWorkers).awaitBlocked();
            first.releaseAll();
            joining.result();
            assertThat(pool.dismissedWorkers()).isZero();
            assertThat(hold.isNoMoreStarted()).isTrue();
            hold.release(1);
            hold.awaitStarted(1);
            hold.release(1);
            hold.awaitStarted(1);
            hold.releaseAll();
        }
    }

    @Test
    void noMoreWorkersAreDismissedThanThereAre() throws Exception {
        try (TaskPool pool = pool(2)) {
            assertThat(pool.dismissWorkers(5)).isEqualTo(2);
            assertThat(pool.dismissWorkers(5, true)).isZero();
        }
    }

    @Test
    void newWorkersDoNotTakeThePlacesOfDismissedBusyOnes() throws Exception {
        try (TaskPool pool = pool(2)) {
            add(pool, 2);
            hold.awaitStarted(2);
            pool.dismissWorkers(2);
            add(pool, 4);
            pool.createWorkers(3);
            hold.awaitStarted(3);
            assertThat(hold.isNoMoreStarted()).isTrue();
            assertThat(pool.workers()).isEqualTo(3);
            assertThat(pool.dismissedWorkers()).isEqualTo(2);
            hold.releaseAll();
        }
    }

    @Test
    void tasksThatHangInDismissedWorkersDoNotHoldUpOthers() throws Exception {
        try (TaskPool pool = pool(2)) {
            add(pool, 2);
            hold.awaitStarted(2);
            for (int round = 1; round <= 3; round++) {
                pool.dismissWorkers(2);
                pool.createWorkers(2);
                List<Integer> results = pool.mapAsCompleted(List.of(1, 2, 3), n -> n)
                        .map(Outcome::item)
                        .toList();
                assertThat(results).containsExactlyInAnyOrder(1, 2, 3);
                assertThat(Polling.await(() -> pool.dismissedWorkers() == 2))
                        .as("only those of the first round stay busy")
                        .isTrue();
            }
            hold.releaseAll();
            pool.joinAllDismissedWorkers();
            assertThat(pool.dismissedWorkers()).isZero();
            assertThat(pool.workers()).isEqualTo(2);
        }
    }

    @Test
    void idleWorkersAreDismissedFirstAndThenThoseWhoseTasksHaveRunLongest() throws Exception {
        var last = new Hold();
        try (TaskPool pool = pool(4)) {
            add(pool, 2);
            hold.awaitStarted(2);
            pool.addTask(last::here);
            last.awaitStarted(1);
            pool.dismissWorkers(1);
            assertThat(pool.dismissedWorkers()).as("one was idle").isZero();
            pool.dismissWorkers(2);
            assertThat(pool.dismissedWorkers()).isEqualTo(2);
            hold.release(2);
            pool.joinAllDismissedWorkers();
            assertThat(pool.workers()).as("the one whose task began last").isEqualTo(1);
            last.releaseAll();
        }
    }

    @Test
    void addingThrowsWithoutWorkersAlthoughADismissedOneIsStillBusy() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(this::work);
            hold.awaitStarted(1);
            pool.addTask(() -> {});
            Caller<Boolean> adding = Caller.of(() -> pool.addTask(() -> {})).awaitBlocked();
            pool.dismissWorkers(1);
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(adding::result)
                    .withCauseInstanceOf(NoWorkersAvailableException.class);
            hold.releaseAll();
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
            hold.releaseAll();
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
                hold.release(1);
                hold.awaitStarted(1);
                assertThat(hold.isNoMoreStarted()).isTrue();
            }
            hold.releaseAll();
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
