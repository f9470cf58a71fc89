package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Polling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The features of metachris' ThreadPool, and what it lacks. */
@Timeout(60)
class TaskPoolTest {
    private final Hold hold = new Hold();

    @Test
    void everyTaskOfManyThreadsRunsOnce() throws Exception {
        AtomicInteger done = new AtomicInteger();
        try (var pool = new TaskPool(3)) {
            List<Caller<Boolean>> callers = IntStream.range(0, 4)
                    .mapToObj(i -> Caller.of(() -> pool.map(numbers(2_500), n -> done.incrementAndGet())))
                    .toList();
            for (Caller<Boolean> caller : callers) {
                caller.result();
            }
            pool.waitCompletion();
            assertThat(done).hasValue(10_000);
            assertThat(pool.progress()).isEqualTo(new Progress(10_000, 0, 0, 0));
        }
    }

    @Test
    void addingBlocksWhenAsManyTasksWaitAsThereAreWorkers() throws Exception {
        try (var pool = new TaskPool(2)) {
            for (int i = 0; i < 4; i++) {
                pool.addTask(hold::here);
            }
            hold.awaitStarted(2);
            Caller<Boolean> fifth = Caller.of(() -> pool.addTask(hold::here)).awaitBlocked();
            assertThat(pool.progress().left()).isEqualTo(4);
            hold.release(1);
            fifth.result();
            hold.releaseAll();
        }
    }

    @Test
    void theFailureOfATaskIsLoggedEvenIfItCannotDescribeItself() throws Exception {
        class WithoutMessage extends RuntimeException {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
                throw new IllegalStateException("says the test");
            }
        }

        try (var log = new CapturedLog(TaskPool.class)) {
            try (var pool = new TaskPool(1)) {
                pool.addTask(() -> {
                    throw new WithoutMessage();
                });
            }
            assertThat(log.lines()).containsExactly("Task failed");
        }
    }

    @Test
    void anIdleWorkerTakesATaskEvenIfNoneMayWait() throws Exception {
        try (var pool = new TaskPool(TaskPoolConfig.builder(2).queueCapacity(0).build())) {
            pool.addTask(hold::here);
            pool.addTask(hold::here);
            hold.awaitStarted(2);
            Caller.of(() -> pool.addTask(() -> {})).awaitBlocked();
            hold.releaseAll();
        }
    }

    @Test
    void mapPassesEachItemUnchanged() throws Exception {
        var seen = new ConcurrentLinkedQueue<List<Integer>>();
        try (var pool = new TaskPool(1)) {
            pool.map(List.of(List.of(1, 2), List.of(3)), seen::add);
        }
        assertThat(seen).containsExactly(List.of(1, 2), List.of(3));
    }

    @Test
    void mapReturnsWhenAllIsQueuedNotWhenAllIsDone() throws Exception {
        try (var pool = new TaskPool(2)) {
            pool.map(numbers(4), n -> hold.here());
            assertThat(pool.progress().done()).isZero();
            hold.releaseAll();
        }
    }

    @Test
    void anInterruptEndsMapAndTheRunningTasksFinish() throws Exception {
        Set<Integer> begun = ConcurrentHashMap.newKeySet();
        Set<Integer> finished = ConcurrentHashMap.newKeySet();
        try (var pool = new TaskPool(2)) {
            Caller<Boolean> mapping = Caller.of(() -> pool.map(numbers(50), n -> {
                begun.add(n);
                hold.here();
                finished.add(n);
            }));
            hold.awaitStarted(2);
            mapping.awaitBlocked().interrupt();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(mapping::result)
                    .withCauseInstanceOf(InterruptedException.class);
            assertThat(pool.cancelWaiting()).isEqualTo(2);
            hold.releaseAll();
            pool.waitCompletion();
            assertThat(pool.progress()).isEqualTo(new Progress(2, 0, 2, 0));
        }
        assertThat(finished).isEqualTo(begun).hasSize(2);
    }

    @Test
    void anInterruptedThreadAddsNothing() throws Exception {
        try (var pool = new TaskPool(1)) {
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> pool.addTask(() -> {}));
            assertThat(pool.progress().total()).isZero();
        }
    }

    @Test
    void waitCompletionReturnsWhenAllTasksHaveEnded() throws Exception {
        try (var pool = new TaskPool(2)) {
            pool.map(numbers(3), n -> hold.here());
            Caller<Boolean> waiting = Caller.of(pool::waitCompletion).awaitBlocked();
            hold.release(2);
            hold.awaitStarted(3);
            waiting.awaitBlocked();
            hold.release(1);
            waiting.result();
            assertThat(pool.progress().left()).isZero();
        }
    }

    @Test
    void waitCompletionReturnsImmediatelyIfThereAreNoTasks() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.waitCompletion();
            assertThat(pool.waitCompletion(Duration.ZERO)).isTrue();
        }
    }

    @Test
    void waitCompletionReturnsFalseWhenTheTimeoutExpires() throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            assertThat(pool.waitCompletion(Duration.ofMillis(1))).isFalse();
            assertThat(pool.waitCompletion(Duration.ofSeconds(-1))).isFalse();
            hold.releaseAll();
            assertThat(pool.waitCompletion(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        }
    }

    @Test
    void workersSurviveWhateverTasksThrow() throws Exception {
        List<Throwable> failures = List.of(
                new IllegalStateException("expected by the test"),
                new Exception("expected by the test"),
                new Error("expected by the test"),
                new InterruptedException("expected by the test"),
                new UnspeakableException());
        AtomicInteger done = new AtomicInteger();
        try (var pool = new TaskPool(2)) {
            for (Throwable failure : failures) {
                for (int i = 0; i < 3; i++) {
                    pool.addTask(() -> {
                        TaskPoolTest.<Error>throwAnyway(failure);
                    });
                }
            }
            pool.addTask(() -> recurse(1));
            pool.map(numbers(10), n -> done.incrementAndGet());
            pool.waitCompletion();
            assertThat(pool.progress()).isEqualTo(new Progress(26, 16, 0, 0));
        }
        assertThat(done).hasValue(10);
    }

    private static int recurse(int depth) {
        return depth < 0 ? 0 : 1 + recurse(depth + 1);
    }

    /** An exception that cannot be logged, since even its message throws. */
    private static final class UnspeakableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void throwAnyway(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void anInterruptDoesNotReachTheNextTask() throws Exception {
        var flags = new ConcurrentLinkedQueue<Boolean>();
        try (var pool = new TaskPool(1)) {
            pool.addTask(() -> Thread.currentThread().interrupt());
            pool.addTask(() -> flags.add(Thread.currentThread().isInterrupted()));
            hold.releaseAll();
        }
        assertThat(flags).containsExactly(false);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tasksMayAddTasksToTheirOwnFullPool(int workers) throws Exception {
        AtomicInteger visited = new AtomicInteger();
        try (var pool = new TaskPool(workers)) {
            pool.addTask(() -> visit(pool, 9, visited));
            pool.waitCompletion();
        }
        assertThat(visited).hasValue((1 << 10) - 1);
    }

    private static void visit(TaskPool pool, int depth, AtomicInteger visited) throws InterruptedException {
        visited.incrementAndGet();
        if (depth > 0) {
            pool.addTask(() -> visit(pool, depth - 1, visited));
            pool.addTask(() -> visit(pool, depth - 1, visited));
        }
    }

    @Test
    void aTaskMayNotWaitForItsOwnPool() throws Exception {
        var refused = new ConcurrentLinkedQueue<Throwable>();
        try (var pool = new TaskPool(2)) {
            List<Task> waits = List.of(
                    pool::waitCompletion,
                    pool::joinAllDismissedWorkers,
                    () -> pool.dismissWorkers(0, true),
                    () -> assertThat(pool.mapAsCompleted(List.of(1), n -> n)).isEmpty(),
                    () -> assertThat(pool.imap(List.of(1), n -> n)).isEmpty(),
                    () -> assertThat(pool.starmap(Map.of(1, 2).entrySet(), Integer::sum))
                            .isEmpty());
            pool.map(waits, wait -> {
                try {
                    wait.run();
                } catch (IllegalStateException e) {
                    refused.add(e);
                }
            });
            pool.waitCompletion();
        }
        assertThat(refused)
                .hasSize(6)
                .allSatisfy(e -> assertThat(e).hasMessage("a task of pool task must not wait for its own pool"));
    }

    @Test
    void aPoolWithoutWorkersThrowsInsteadOfBlocking() throws Exception {
        try (var pool = new TaskPool(TaskPoolConfig.builder(0).queueCapacity(1).build())) {
            pool.addTask(() -> {});
            assertThatExceptionOfType(NoWorkersAvailableException.class)
                    .isThrownBy(() -> pool.addTask(() -> {}))
                    .withMessage("pool task has waiting tasks (1) but no workers: call createWorkers");
            assertThatExceptionOfType(NoWorkersAvailableException.class).isThrownBy(pool::waitCompletion);
            pool.createWorkers(1);
            pool.waitCompletion();
            assertThat(pool.progress().done()).isEqualTo(1);
        }
    }

    @Test
    void threadsAreNamedAfterThePoolAndDoNotPoll() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (var pool = new TaskPool(TaskPoolConfig.builder(2).name("fetch").build())) {
            pool.map(numbers(2), n -> {
                threads.add(Thread.currentThread());
                hold.here();
            });
            hold.awaitStarted(2);
            hold.releaseAll();
            pool.waitCompletion();
            assertThat(threads).extracting(Thread::getName).containsExactlyInAnyOrder("fetch-1", "fetch-2");
            for (Thread thread : threads) {
                assertThat(Polling.await(() -> thread.getState() == Thread.State.WAITING || !thread.isAlive()))
                        .as("an idle worker does not wake up to poll")
                        .isTrue();
            }
        }
    }

    /** In Python the workers are daemons. Here idle ones end. */
    @Test
    void idleThreadsOfAnUnclosedPoolEnd() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        var pool = new TaskPool(3);
        pool.map(numbers(20), n -> threads.add(Thread.currentThread()));
        pool.waitCompletion();
        assertThat(threads).isNotEmpty();
        assertThat(Polling.await(() -> threads.stream().noneMatch(Thread::isAlive)))
                .isTrue();
        pool.close();
    }

    @Test
    void refusesNull() throws Exception {
        try (var pool = new TaskPool(1)) {
            assertThatNullPointerException().isThrownBy(() -> pool.addTask(nothing()));
            assertThatNullPointerException().isThrownBy(() -> pool.execute(nothing()));
        }
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    @Test
    void aClosedPoolRefusesTasks() throws Exception {
        var pool = new TaskPool(1);
        pool.close();
        pool.close();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> pool.addTask(() -> {}))
                .withMessage("pool task is shut down");
        assertThat(pool.isShutdown()).isTrue();
        assertThat(pool.isTerminated()).isTrue();
        assertThat(pool.progress().total()).isZero();
        assertThat(pool).hasToString("TaskPool[task, 1 workers, Progress[done=0, failed=0, cancelled=0, left=0]]");
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
