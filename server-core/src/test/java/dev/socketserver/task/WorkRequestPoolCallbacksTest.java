package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.socketserver.peer.Polling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callbacks that use their own pool. */
@Timeout(60)
class WorkRequestPoolCallbacksTest {
    private static final Duration PATIENCE = Polling.PATIENCE;

    private final Hold hold = new Hold();

    private static WorkRequestPool pool(int workers, int queueCapacity, int resultCapacity) {
        return new WorkRequestPool(TaskPoolConfig.builder(workers)
                .queueCapacity(queueCapacity)
                .resultCapacity(resultCapacity)
                .build());
    }

    /** Returns a request with a callback. */
    private static WorkRequest<Integer> request(Task callback) {
        return WorkRequest.<Integer>of(() -> 1).withCallback((done, result) -> unchecked(callback));
    }

    private static void unchecked(Task task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // ---- Callbacks that add work

    /** A crawler that finds three links on each page, so it finds pages faster than it fetches them. */
    private static final class Crawler {
        private final WorkRequestPool pool;
        private final int pages;
        private int found = 1;
        private int fetched;
        private int depth;
        private int deepest;

        Crawler(WorkRequestPool pool, int pages) {
            this.pool = pool;
            this.pages = pages;
        }

        WorkRequest<Integer> page() {
            return request(() -> {
                deepest = Math.max(deepest, ++depth);
                fetched++;
                for (int link = 0; link < 3 && found < pages; link++) {
                    found++;
                    pool.putRequest(page());
                }
                depth--;
            });
        }
    }

    @Test
    void callbacksMayPutAnyNumberOfRequestsWithBothQueuesBounded() throws Exception {
        try (WorkRequestPool pool = pool(2, 2, 2)) {
            var crawler = new Crawler(pool, 50_000);
            pool.putRequest(crawler.page());
            pool.waitCompletion();
            assertThat(crawler.fetched).isEqualTo(50_000);
            assertThat(crawler.deepest).as("callbacks do not nest").isEqualTo(1);
            assertThat(pool.progress()).isEqualTo(new Progress(50_000, 0, 0, 0));
        }
    }

    /** The ways to submit work to a pool. */
    private enum Submission {
        ADD_TASK {
            @Override
            void submit(WorkRequestPool pool, Runnable task) throws Exception {
                pool.addTask(task::run);
            }
        },
        MAP {
            @Override
            void submit(WorkRequestPool pool, Runnable task) throws Exception {
                pool.map(List.of(1), n -> task.run());
            }
        },
        EXECUTE {
            @Override
            void submit(WorkRequestPool pool, Runnable task) {
                pool.execute(task);
            }
        },
        SUBMIT {
            @Override
            void submit(WorkRequestPool pool, Runnable task) throws Exception {
                pool.submit(task).get();
            }
        },
        INVOKE_ALL {
            @Override
            void submit(WorkRequestPool pool, Runnable task) throws Exception {
                pool.invokeAll(List.of(() -> {
                    task.run();
                    return 1;
                }));
            }
        },
        MAP_AS_COMPLETED {
            @Override
            void submit(WorkRequestPool pool, Runnable task) {
                pool.mapAsCompleted(List.of(1), n -> {
                            task.run();
                            return n;
                        })
                        .forEach(outcome -> {});
            }
        },
        PUT_REQUEST {
            @Override
            void submit(WorkRequestPool pool, Runnable task) throws Exception {
                pool.putRequest(WorkRequest.of(() -> {
                    task.run();
                    return 1;
                }));
            }
        };

        abstract void submit(WorkRequestPool pool, Runnable task) throws Exception;
    }

    @ParameterizedTest
    @EnumSource(Submission.class)
    void aCallbackMaySubmitInEveryWay(Submission submission) throws Exception {
        var ran = new AtomicInteger();
        try (WorkRequestPool pool = pool(1, 1, 1)) {
            for (int i = 0; i < 2_000; i++) {
                pool.putRequest(request(() -> submission.submit(pool, ran::incrementAndGet)));
            }
            pool.waitCompletion();
        }
        assertThat(ran).hasValue(2_000);
    }

    @ParameterizedTest
    @EnumSource(Submission.class)
    void workOfAnyKindIsDoneWhileResultsAreFull(Submission submission) throws Exception {
        var ran = new AtomicInteger();
        try (WorkRequestPool pool = pool(1, 0, 1)) {
            pool.putRequest(WorkRequest.of(() -> 1));
            assertThat(Polling.await(() -> pool.progress().done() == 1)).isTrue();
            submission.submit(pool, ran::incrementAndGet);
        }
        assertThat(ran).hasValue(1);
    }

    @Test
    void aCallbackWaitsForRoomThatWorkersWillMake() throws Exception {
        try (WorkRequestPool pool = pool(1, 1, 100)) {
            pool.putRequest(request(() -> {
                pool.putRequest(WorkRequest.of(() -> hold.here(1)));
                pool.putRequest(WorkRequest.of(() -> 2));
                pool.putRequest(WorkRequest.of(() -> 3));
            }));
            Caller<Boolean> collecting = Caller.of(pool::waitCompletion);
            hold.awaitStarted(1);
            collecting.awaitBlocked();
            assertThat(pool.progress().left())
                    .as("the third has to wait for room")
                    .isEqualTo(2);
            hold.releaseAll();
            collecting.result();
            assertThat(pool.progress().done()).isEqualTo(4);
        }
    }

    @Test
    void aPutInACallbackIsRejectedWhenItsTimeoutExpires() throws Exception {
        List<Throwable> refused = new ArrayList<>();
        try (WorkRequestPool pool = pool(1, 1, 1)) {
            pool.putRequest(request(() -> {
                pool.putRequest(WorkRequest.of(() -> 1));
                pool.putRequest(WorkRequest.of(() -> 2));
                for (Duration timeout : List.of(Duration.ZERO, Duration.ofMillis(1))) {
                    try {
                        while (true) {
                            pool.putRequest(WorkRequest.of(() -> 3), timeout);
                        }
                    } catch (QueueFullException e) {
                        refused.add(e);
                    }
                }
            }));
            pool.waitCompletion();
        }
        assertThat(refused).hasSize(2);
    }

    // ---- Callbacks that collect, or wait for the pool

    @Test
    void aCallbackMayNotCollect() throws Exception {
        List<Throwable> refused = new ArrayList<>();
        try (WorkRequestPool pool = pool(1, 10, 10)) {
            List<Task> waits = List.of(
                    pool::poll,
                    () -> pool.poll(PATIENCE),
                    pool::waitCompletion,
                    () -> pool.waitCompletion(PATIENCE),
                    () -> pool.awaitTermination(1, TimeUnit.MILLISECONDS));
            for (Task wait : waits) {
                pool.putRequest(request(() -> {
                    try {
                        wait.run();
                    } catch (IllegalStateException e) {
                        refused.add(e);
                    }
                }));
            }
            pool.putRequest(request(() -> {}));
            pool.waitCompletion();
        }
        assertThat(refused)
                .hasSize(5)
                .allSatisfy(e -> assertThat(e).hasMessage("a callback of pool task must not wait for its own pool"));
    }

    /** If callbacks were nested, this would overflow the stack. */
    @Test
    void callbacksThatTryToCollectAreAllCalled() throws Exception {
        var called = new AtomicInteger();
        try (WorkRequestPool pool = pool(2, 5_000, 5_000)) {
            for (int i = 0; i < 5_000; i++) {
                pool.putRequest(request(() -> {
                    called.incrementAndGet();
                    if (pool.pendingRequests() > 0) {
                        assertThatIllegalStateException().isThrownBy(pool::poll);
                    }
                }));
            }
            pool.waitCompletion();
        }
        assertThat(called).hasValue(5_000);
    }

    @Test
    void aCallbackMayWaitForDismissedWorkersAndForFutures() throws Exception {
        List<Integer> results = new ArrayList<>();
        try (WorkRequestPool pool = pool(2, 2, 1)) {
            pool.putRequest(request(() -> {
                pool.dismissWorkers(1, true);
                results.add(pool.submit(() -> 42).get());
                pool.mapAsCompleted(List.of(1), n -> n).forEach(outcome -> results.add(outcome.item()));
            }));
            pool.waitCompletion();
        }
        assertThat(results).containsExactly(42, 1);
    }

    @Test
    void closeFromACallbackDoesNotWaitForItself() throws Exception {
        var called = new AtomicInteger();
        try (WorkRequestPool pool = pool(1, 10, 10)) {
            pool.putRequest(request(pool::close));
            for (int i = 0; i < 5; i++) {
                pool.putRequest(request(called::incrementAndGet));
            }
            pool.waitCompletion();
            assertThat(pool.isShutdown()).isTrue();
            assertThat(called).as("requests accepted before").hasValue(5);
        }
    }

    @Test
    void waitCompletionWaitsForACallbackInAnotherThread() throws Exception {
        var finished = new CountDownLatch(1);
        try (WorkRequestPool pool = pool(1, 1, 1)) {
            pool.putRequest(request(() -> {
                hold.here();
                finished.countDown();
            }));
            Caller<Integer> polling = new Caller<>(() -> pool.poll(PATIENCE));
            hold.awaitStarted(1);
            Caller<Boolean> waiting = Caller.of(pool::waitCompletion).awaitBlocked();
            hold.releaseAll();
            waiting.result();
            assertThat(finished.getCount()).isZero();
            assertThat(polling.result()).isEqualTo(1);
        }
    }

    // ---- Requests that wait for room

    @Test
    void aThreadThatWaitsForRoomCollectsAlthoughALongTaskRuns() throws Exception {
        var called = new AtomicInteger();
        try (WorkRequestPool pool = pool(2, 1, 1)) {
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            for (int i = 0; i < 100; i++) {
                pool.putRequest(request(called::incrementAndGet));
            }
            assertThat(called).hasPositiveValue();
            hold.releaseAll();
        }
        assertThat(called).hasValue(100);
    }

    @Test
    void aPutThatCollectsThrowsWhatACallbackThrowsAndDoesNotAcceptTheRequest() throws Exception {
        var failure = new IllegalStateException("a callback's");
        try (WorkRequestPool pool = pool(1, 0, 1)) {
            pool.putRequest(request(() -> {
                throw failure;
            }));
            WorkRequest<Integer> second = request(() -> {});
            assertThatIllegalStateException()
                    .isThrownBy(() -> pool.putRequest(second))
                    .isSameAs(failure);
            assertThat(pool.progress().total()).isEqualTo(1);
            pool.putRequest(second);
            pool.waitCompletion();
            assertThat(pool.progress().total()).isEqualTo(2);
        }
    }

    @Test
    void aCallbackOfAClosingPoolMayNotAddWork() throws Exception {
        WorkRequestPool pool = pool(1, 1, 1);
        pool.putRequest(request(() -> pool.addTask(() -> {})));
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(pool::close)
                .withMessage("pool task is shut down");
        assertThat(pool.isTerminated()).isTrue();
    }
}
