package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.socketserver.peer.Polling;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool as an executor service. */
@Timeout(60)
class TaskPoolExecutorTest {
    private final Hold hold = new Hold();

    @Test
    void submitReturnsACompletableFuture() throws Exception {
        try (var pool = new TaskPool(2)) {
            CompletableFuture<Integer> sum = pool.submit(() -> 40).thenCombine(pool.submit(() -> 2), Integer::sum);
            assertThat(sum.get()).isEqualTo(42);
            assertThat(pool.progress()).isEqualTo(new Progress(2, 0, 0, 0));
        }
    }

    @Test
    void threadsAreDaemonsOnlyIfConfigured() throws Exception {
        for (boolean daemon : new boolean[] {false, true}) {
            TaskPoolConfig config = TaskPoolConfig.builder(1).daemon(daemon).build();
            try (var pool = new TaskPool(config)) {
                assertThat(pool.submit(() -> Thread.currentThread().isDaemon()).get())
                        .isEqualTo(daemon);
            }
        }
    }

    @Test
    void aFailureCompletesTheFutureAndIsCounted() throws Exception {
        var failure = new IOException("expected");
        try (var pool = new TaskPool(1)) {
            CompletableFuture<Integer> future = pool.submit(() -> {
                throw failure;
            });
            assertThatThrownBy(future::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCause(failure);
            assertThat(pool.progress()).isEqualTo(new Progress(1, 1, 0, 0));
        }
    }

    @Test
    void aTaskIsCountedBeforeItsFutureCompletes() throws Exception {
        try (var pool = new TaskPool(1)) {
            for (int i = 1; i <= 1_000; i++) {
                pool.submit(() -> 1).get();
                assertThat(pool.progress().done()).isEqualTo(i);
            }
        }
    }

    @Test
    void aCancelledTaskLeavesTheQueue() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            CompletableFuture<Integer> waiting = pool.submit(() -> 1);
            assertThat(waiting.cancel(false)).isTrue();
            assertThat(pool.progress()).isEqualTo(new Progress(0, 0, 1, 1));
            CompletableFuture<Integer> next = pool.submit(() -> 2);
            hold.releaseAll();
            assertThat(next.get()).isEqualTo(2);
            assertThatExceptionOfType(CancellationException.class).isThrownBy(waiting::get);
        }
    }

    @Test
    void cancelTrueInterruptsARunningTask() throws Exception {
        var interrupted = new CountDownLatch(1);
        try (var pool = new TaskPool(1)) {
            CompletableFuture<Integer> future = pool.submit(() -> {
                try {
                    return hold.here(1);
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            });
            hold.awaitStarted(1);
            assertThat(future.cancel(true)).isTrue();
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(pool.submit(() -> Thread.currentThread().isInterrupted()).get())
                    .as("the next task is not interrupted")
                    .isFalse();
            assertThat(future.cancel(true)).as("it stays cancelled").isTrue();
        }
    }

    @Test
    void cancelFalseDoesNotInterruptARunningTask() throws Exception {
        var done = new AtomicInteger();
        try (var pool = new TaskPool(1)) {
            CompletableFuture<Integer> future = pool.submit(() -> {
                hold.here();
                return done.incrementAndGet();
            });
            hold.awaitStarted(1);
            assertThat(future.cancel(false)).isTrue();
            hold.releaseAll();
            pool.waitCompletion();
        }
        assertThat(done).hasValue(1);
    }

    @Test
    void aTaskWhoseFutureWasCompletedBeforeItStartedIsNotRunAndCountsAsCancelled() throws Exception {
        var ran = new AtomicInteger();
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            CompletableFuture<Integer> future = pool.submit(ran::incrementAndGet);
            future.complete(42);
            hold.releaseAll();
            pool.waitCompletion();
            assertThat(pool.progress()).isEqualTo(new Progress(1, 0, 1, 0));
            assertThat(future.get()).isEqualTo(42);
        }
        assertThat(ran).hasValue(0);
    }

    @Test
    void aFutureRunsItsTaskOnceHoweverOftenItIsExecuted() throws Exception {
        var ran = new AtomicInteger();
        try (var pool = new TaskPool(2)) {
            CompletableFuture<Integer> future = pool.submit(() -> {
                ran.incrementAndGet();
                return hold.here(1);
            });
            hold.awaitStarted(1);
            pool.execute((Runnable) future);
            pool.execute((Runnable) future);
            ((Runnable) future).run();
            hold.releaseAll();
            assertThat(future.get()).isEqualTo(1);
        }
        assertThat(ran).hasValue(1);
    }

    @Test
    void completableFutureRunsOnThePool() throws Exception {
        try (var pool = new TaskPool(TaskPoolConfig.builder(1).name("mine").build())) {
            assertThat(CompletableFuture.supplyAsync(
                                    () -> Thread.currentThread().getName(), pool)
                            .get())
                    .isEqualTo("mine-1");
        }
    }

    @Test
    void invokeAllReturnsWhenAllAreDone() throws Exception {
        try (var pool = new TaskPool(2)) {
            List<Callable<Integer>> tasks = List.of(() -> 1, () -> 2, () -> 3, () -> 4, () -> 5);
            assertThat(pool.invokeAll(tasks))
                    .allMatch(Future::isDone)
                    .extracting(Future::get)
                    .containsExactly(1, 2, 3, 4, 5);
        }
    }

    @Test
    void invokeAnyReturnsTheFirstAndInterruptsTheOthers() throws Exception {
        try (var pool = new TaskPool(3)) {
            assertThat(pool.<Integer>invokeAny(List.of(() -> hold.here(1), () -> 2, () -> hold.here(3))))
                    .isEqualTo(2);
            pool.waitCompletion();
            assertThat(pool.progress().left()).isZero();
        }
    }

    @Test
    void aTimeoutIncludesTheWaitForRoom() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            List<Callable<Integer>> tasks = List.of(() -> 1, () -> 2);
            assertThat(pool.invokeAll(tasks, 1, TimeUnit.MILLISECONDS)).allMatch(Future::isCancelled);
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> pool.invokeAny(tasks, 1, TimeUnit.MILLISECONDS));
            hold.releaseAll();
        }
    }

    @Test
    void anInterruptEndsTheWaitForRoomOfInvokeAll() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> pool.invokeAll(List.<Callable<Integer>>of(() -> 1, () -> 2)));
            hold.releaseAll();
        }
    }

    @Test
    void invokeAnyDoesNotWaitForATaskThatIsCancelled() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            Caller<Throwable> caller =
                    new Caller<>(() -> catchThrowable(() -> pool.invokeAny(List.<Callable<Integer>>of(() -> 1))));
            caller.awaitBlocked();
            assertThat(pool.cancelWaiting()).isEqualTo(1);
            assertThat(caller.result())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CancellationException.class);
            hold.releaseAll();
        }
    }

    @Test
    void anExecutorCompletionServiceRunsOnThePool() throws Exception {
        try (var pool = new TaskPool(2)) {
            var service = new ExecutorCompletionService<String>(pool);
            service.submit(() -> hold.here("slow"));
            service.submit(() -> "quick");
            assertThat(service.take().get()).isEqualTo("quick");
            hold.releaseAll();
            assertThat(service.take().get()).isEqualTo("slow");
        }
    }

    @Test
    void submitOfARunnableReturnsItsValue() throws Exception {
        var done = new AtomicInteger();
        try (var pool = new TaskPool(1)) {
            Runnable task = done::incrementAndGet;
            assertThat(pool.submit(task, "value").get()).isEqualTo("value");
            assertThat(pool.submit(task).get()).isNull();
        }
        assertThat(done).hasValue(2);
    }

    @Test
    void executeRejectsATaskIfInterruptedWhileItWaitsForRoom() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            pool.addTask(hold::here);
            Caller<Boolean> executing = new Caller<>(() -> {
                try {
                    pool.execute(() -> {});
                    return false;
                } catch (RejectedExecutionException e) {
                    return Thread.currentThread().isInterrupted() && e.getCause() instanceof InterruptedException;
                }
            });
            executing.awaitBlocked().interrupt();
            assertThat(executing.result()).isTrue();
            hold.releaseAll();
        }
    }

    @Test
    void dependentsOfAFutureMayWaitForOtherTasks() throws Exception {
        try (var pool = new TaskPool(2)) {
            var gate = new CountDownLatch(1);
            CompletableFuture<Boolean> first = pool.submit(() -> hold.here(1)).thenApply(n -> awaitQuietly(gate));
            pool.addTask(hold::here);
            pool.addTask(gate::countDown);
            hold.awaitStarted(2);
            hold.release(2);
            assertThat(first.get(Polling.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(Polling.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
