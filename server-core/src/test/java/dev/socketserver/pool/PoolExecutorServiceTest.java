package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Polling;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PoolExecutorServiceTest {

    @Test
    void futuresCarryResultsAndFailures() throws Exception {
        try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
            ExecutorService service = pool.asExecutorService();
            assertThat(service.submit(() -> 42).get()).isEqualTo(42);
            Future<?> failing = service.submit(() -> {
                throw new IllegalStateException("boom");
            });
            assertThatThrownBy(failing::get).hasRootCauseMessage("boom");
            List<Callable<Integer>> calls = IntStream.range(0, 50)
                    .<Callable<Integer>>mapToObj(i -> () -> i)
                    .toList();
            assertThat(service.invokeAll(calls)).hasSize(50).allMatch(Future::isDone);
        }
    }

    @Test
    void shutdownIsThatOfThePool() throws Exception {
        var pool = new ElasticThreadPool(PoolConfig.defaults());
        ExecutorService service = pool.asExecutorService();
        assertThat(service.isShutdown()).isFalse();
        service.shutdown();
        assertThat(service.isShutdown()).isTrue();
        assertThat(service.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(service.isTerminated()).isTrue();
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    void aFutureThatThePoolGivesUpFails() throws Exception {
        PoolConfig one = PoolConfig.builder().minWorkers(1).maxWorkers(1).build();
        try (var pool = new ElasticThreadPool(one)) {
            ExecutorService service = pool.asExecutorService();
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch never = new CountDownLatch(1);
            Future<?> interrupted = service.submit(() -> {
                running.countDown();
                never.await();
                return null;
            });
            running.await();
            Future<?> queued = service.submit(() -> {});
            assertThat(service.shutdownNow()).hasSize(1);
            assertThatThrownBy(queued::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TaskRejectedException.class);
            assertThatThrownBy(interrupted::get).hasCauseInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void invokeAnyReturnsTheFirstResultAndInterruptsTheOthers() throws Exception {
        try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
            CountDownLatch never = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            Callable<String> hangs = () -> {
                begun.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
                return "late";
            };
            Callable<String> fails = () -> {
                throw new IllegalStateException("boom");
            };
            ExecutorService service = pool.asExecutorService();
            Callable<String> first = () -> {
                begun.await();
                return "first";
            };
            assertThat(service.invokeAny(List.of(hangs, fails, first))).isEqualTo("first");
            interrupted.await();
            assertThatThrownBy(() -> service.invokeAny(List.of(fails, fails))).hasRootCauseMessage("boom");
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> service.invokeAny(List.of(hangs), 1, TimeUnit.MILLISECONDS));
            assertThatIllegalArgumentException().isThrownBy(() -> service.invokeAny(List.<Callable<String>>of()));
        }
    }

    @Test
    void invokeAnyDoesNotWaitForATaskThatThePoolDrops() throws Exception {
        try (var pool = busyPool()) {
            ExecutorService service = pool.asExecutorService();
            var caller = new FutureTask<>(() -> service.invokeAny(List.of(() -> 1, () -> 2)));
            new Thread(caller, "invokes-any").start();
            Polling.await(() -> pool.snapshot().queued() == 2);
            service.shutdownNow();
            assertThatThrownBy(caller::get).hasRootCauseInstanceOf(TaskRejectedException.class);
        }
    }

    @Test
    void aTimeoutIncludesTheWaitForRoom() throws Exception {
        try (var pool = busyPool()) {
            pool.reconfigure(pool.config().toBuilder().queueCapacity(1).build());
            ExecutorService service = pool.asExecutorService();
            List<Callable<Integer>> tasks = List.of(() -> 1, () -> 2);
            assertThat(service.invokeAll(tasks, 1, TimeUnit.MILLISECONDS)).allMatch(Future::isCancelled);
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> service.invokeAny(tasks, 1, TimeUnit.MILLISECONDS));
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> service.invokeAny(tasks, Long.MIN_VALUE, TimeUnit.NANOSECONDS));
            assertThat(pool.snapshot().blockedSubmitters()).isZero();
            service.shutdownNow();
        }
    }

    @Test
    void anInterruptEndsTheWaitForRoomOfInvokeAllAndInvokeAny() throws Exception {
        try (var pool = busyPool()) {
            pool.reconfigure(pool.config().toBuilder().queueCapacity(0).build());
            ExecutorService service = pool.asExecutorService();
            List<Callable<Integer>> tasks = List.of(() -> 1);
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> service.invokeAll(tasks));
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> service.invokeAny(tasks));
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            service.shutdownNow();
        }
    }

    @Test
    void aSubmittedTaskIsToldThatItIsDropped() throws Exception {
        CompletableFuture<RejectionReason> told = new CompletableFuture<>();
        class Told implements RejectableTask {
            @Override
            public void run() {}

            @Override
            public void rejected(RejectionReason why) {
                told.complete(why);
            }
        }

        try (var pool = busyPool()) {
            ExecutorService service = pool.asExecutorService();
            Future<?> dropped = service.submit(new Told());
            service.shutdownNow();
            assertThat(dropped).isDone();
            assertThat(told.get()).isEqualTo(RejectionReason.SHUTDOWN);
        }
    }

    @Test
    void aSubmittedTaskIsAbortedWhenItIsStuck() throws Exception {
        CountDownLatch aborted = new CountDownLatch(1);
        class Stuck implements AbortableTask {
            @Override
            public void run() {
                boolean ended = false;
                while (!ended) { // whatever interrupts it
                    try {
                        aborted.await();
                        ended = true;
                    } catch (InterruptedException e) {
                        ended = false;
                    }
                }
            }

            @Override
            public void abort() {
                aborted.countDown();
            }
        }

        PoolConfig config = PoolConfig.builder()
                .stuckAfter(Duration.ofMillis(1))
                .stuckAction(StuckAction.ABORT)
                .build();
        try (var pool = new ElasticThreadPool(config)) {
            assertThat(pool.asExecutorService().submit(new Stuck()).get()).isNull();
        }
    }

    @Test
    void closingItInATaskDoesNotWait() throws Exception {
        var pool = new ElasticThreadPool(PoolConfig.defaults());
        var service = (PoolExecutorService) pool.asExecutorService();
        service.submit(service::close).get();
        service.close();
        assertThat(pool.isTerminated()).isTrue();
    }

    /** Returns a pool whose only worker runs a task until it is interrupted. */
    private static ElasticThreadPool busyPool() throws InterruptedException {
        var pool = new ElasticThreadPool(
                PoolConfig.builder().minWorkers(1).maxWorkers(1).build());
        CountDownLatch running = new CountDownLatch(1);
        pool.execute(() -> {
            running.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        running.await();
        return pool;
    }
}
