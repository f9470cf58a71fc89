package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
}
