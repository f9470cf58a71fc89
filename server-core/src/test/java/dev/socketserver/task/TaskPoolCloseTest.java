package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways to close a pool. */
@Timeout(60)
class TaskPoolCloseTest {
    private final Hold hold = new Hold();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();

    private void work() {
        try {
            hold.here();
            done.incrementAndGet();
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
        }
    }

    private TaskPool poolWithTwoRunningAndTwoWaiting() throws InterruptedException {
        var pool = new TaskPool(2);
        pool.map(IntStream.range(0, 4).boxed().toList(), n -> work());
        hold.awaitStarted(2);
        return pool;
    }

    @Test
    void closeRunsWaitingTasks() throws Exception {
        TaskPool pool = poolWithTwoRunningAndTwoWaiting();
        Caller<Boolean> closing = Caller.of(pool::close).awaitBlocked();
        hold.releaseAll();
        closing.result();
        assertThat(done).hasValue(4);
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    void anInterruptedCloseCancelsWaitingTasksAndInterruptsRunningOnes() throws Exception {
        TaskPool pool = poolWithTwoRunningAndTwoWaiting();
        Caller<Boolean> closing = new Caller<>(() -> {
            pool.close();
            return Thread.currentThread().isInterrupted();
        });
        closing.awaitBlocked().interrupt();
        assertThat(closing.result()).as("the interrupt is restored").isTrue();
        assertThat(done).hasValue(0);
        assertThat(interrupted).hasValue(2);
        assertThat(pool.progress()).isEqualTo(new Progress(2, 0, 2, 0));
    }

    @Test
    void cancelWaitingBeforeCloseLetsOnlyTheRunningTasksEnd() throws Exception {
        try (TaskPool pool = poolWithTwoRunningAndTwoWaiting()) {
            assertThat(pool.cancelWaiting()).isEqualTo(2);
            hold.releaseAll();
        }
        assertThat(done).hasValue(2);
        assertThat(interrupted).hasValue(0);
    }

    @Test
    void cancelWaitingLeavesThePoolOpen() throws Exception {
        try (TaskPool pool = poolWithTwoRunningAndTwoWaiting()) {
            pool.cancelWaiting();
            pool.addTask(this::work);
            hold.releaseAll();
            pool.waitCompletion();
            assertThat(done).hasValue(3);
        }
    }

    @Test
    void shutdownNowReturnsWaitingTasks() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(this::work);
            hold.awaitStarted(1);
            Runnable command = done::incrementAndGet;
            pool.execute(command);
            Caller<CompletableFuture<Integer>> submitting = new Caller<>(() -> pool.submit(() -> 1)).awaitBlocked();
            assertThat(pool.shutdownNow()).containsExactly(command);
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(submitting::result)
                    .as("it was never accepted")
                    .withCauseInstanceOf(RejectedExecutionException.class);
        }
        assertThat(interrupted).hasValue(1);
        assertThat(done).hasValue(0);
    }

    @Test
    void shutdownNowCancelsWaitingFutures() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(this::work);
            hold.awaitStarted(1);
            CompletableFuture<Integer> future = pool.submit(done::incrementAndGet);
            List<Runnable> givenUp = pool.shutdownNow();
            assertThat(givenUp).singleElement().isSameAs(future);
            assertThat(future).isCancelled();
        }
    }

    @Test
    void shutdownNowFindsEveryTaskWhereverItIs() throws Exception {
        for (int round = 0; round < 200; round++) {
            var pool = new TaskPool(3);
            pool.map(IntStream.range(0, 5).boxed().toList(), n -> work());
            int givenUp = pool.shutdownNow().size();
            pool.close();
            Progress progress = pool.progress();
            assertThat(progress.total()).isEqualTo(5);
            assertThat(progress.cancelled()).isEqualTo(givenUp);
            assertThat(progress.left()).isZero();
        }
        assertThat(done).hasValue(0);
    }

    @Test
    void tasksReturnedByShutdownNowCanBeRun() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(this::work);
            hold.awaitStarted(1);
            pool.addTask(done::incrementAndGet);
            pool.shutdownNow().forEach(Runnable::run);
        }
        assertThat(done).hasValue(1);
    }

    @Test
    void closeFromATaskOfThePoolDoesNotWaitForItself() throws Exception {
        var pool = new TaskPool(1);
        var closed = new CountDownLatch(1);
        pool.addTask(() -> {
            pool.close();
            closed.countDown();
        });
        closed.await();
        assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closeWithoutWorkersCancelsWaitingTasks() throws Exception {
        var pool = poolWithTwoRunningAndTwoWaiting();
        pool.dismissWorkers(2);
        Caller<Boolean> closing = Caller.of(pool::close).awaitBlocked();
        hold.releaseAll();
        closing.result();
        assertThat(pool.progress()).isEqualTo(new Progress(2, 0, 2, 0));
    }

    @Test
    void closeCancelsWaitingTasksWhenTheLastWorkerIsDismissedMeanwhile() throws Exception {
        TaskPool pool = poolWithTwoRunningAndTwoWaiting();
        Caller<Boolean> closing = Caller.of(pool::close).awaitBlocked();
        pool.dismissWorkers(2);
        hold.releaseAll();
        closing.result();
        assertThat(pool.progress()).isEqualTo(new Progress(2, 0, 2, 0));
    }

    @Test
    void aBlockedAddIsRejectedWhenThePoolIsShutDown() throws Exception {
        try (TaskPool pool = poolWithTwoRunningAndTwoWaiting()) {
            Caller<Boolean> adding = Caller.of(() -> pool.addTask(this::work)).awaitBlocked();
            pool.shutdown();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(adding::result)
                    .withCauseInstanceOf(RejectedExecutionException.class);
            hold.releaseAll();
        }
        assertThat(done).as("tasks accepted before still run").hasValue(4);
    }

    @Test
    void awaitTerminationWaitsForShutdownToo() throws Exception {
        try (var pool = new TaskPool(1)) {
            assertThat(pool.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(pool.awaitTermination(Long.MIN_VALUE, TimeUnit.DAYS)).isFalse();
            Caller<Boolean> waiting = new Caller<>(() -> pool.awaitTermination(1, TimeUnit.DAYS)).awaitBlocked();
            pool.shutdown();
            assertThat(waiting.result()).isTrue();
        }
    }
}
