package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Polling;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The features of Arndt's ThreadPool, without its bugs. */
@Timeout(60)
class WorkRequestPoolTest {
    private static final Duration PATIENCE = Polling.PATIENCE;

    private final Hold hold = new Hold();
    private final List<Object> results = new ArrayList<>(); // of this thread's callbacks

    private <T> WorkRequest<T> request(Callable<T> task) {
        return WorkRequest.<T>of(task).withCallback((request, result) -> results.add(result));
    }

    // ---- Results and callbacks

    @Test
    void requestsAreMadePutAndCollected() throws Exception {
        List<Integer> squares = new ArrayList<>();
        try (var pool = new WorkRequestPool(3)) {
            for (var request : WorkRequest.<Integer, Integer>makeRequests(
                    n -> n * n, numbers(40), (done, square) -> squares.add(square))) {
                pool.putRequest(request);
            }
            pool.waitCompletion();
            assertThat(pool.pendingRequests()).isZero();
        }
        assertThat(squares)
                .containsExactlyInAnyOrderElementsOf(
                        numbers(40).stream().map(n -> n * n).toList());
    }

    @Test
    void callbacksRunInTheThreadThatCollects() throws Exception {
        List<Thread> threads = new ArrayList<>();
        try (var pool = new WorkRequestPool(2)) {
            pool.putRequest(WorkRequest.of(() -> 1).withCallback((r, v) -> threads.add(Thread.currentThread())));
            pool.putRequest(failing(new IOException("expected"))
                    .withExceptionCallback((r, e) -> threads.add(Thread.currentThread())));
            assertThat(threads).isEmpty();
            pool.waitCompletion();
        }
        assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
    }

    @Test
    void aCallbackReceivesTheRequestAndItsTypedResult() throws Exception {
        List<String> seen = new ArrayList<>();
        WorkRequest<Integer> request = WorkRequest.<Integer>of(() -> 42)
                .withId("answer")
                .withCallback((done, result) -> seen.add(done.id() + "=" + result.byteValue()));
        collect(request);
        assertThat(seen).containsExactly("answer=42");
    }

    @Test
    void aResultMayBeNull() throws Exception {
        List<@Nullable String> seen = new ArrayList<>();
        collect(WorkRequest.<@Nullable String>of(() -> null).withCallback((done, result) -> seen.add(result)));
        assertThat(seen).containsExactly((String) null);
    }

    @Test
    void resultsComeInOrderOfCompletion() throws Exception {
        try (var pool = new WorkRequestPool(2)) {
            pool.putRequest(request(() -> hold.here("slow")));
            hold.awaitStarted(1);
            pool.putRequest(request(() -> "quick"));
            assertThat(pool.poll(PATIENCE)).isEqualTo(1);
            assertThat(results).containsExactly("quick");
            hold.releaseAll();
            pool.waitCompletion();
        }
        assertThat(results).containsExactly("quick", "slow");
    }

    @Test
    void aFailureGoesToTheExceptionCallbackAndNotToTheCallback() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        List<Throwable> thrown = List.of(
                new IOException("expected"), new AssertionError("expected"), new InterruptedException("expected"));
        try (var pool = new WorkRequestPool(1)) {
            for (Throwable failure : thrown) {
                pool.putRequest(failing(failure).withExceptionCallback((done, e) -> failures.add(e)));
            }
            pool.putRequest(request(() -> "the worker is still there"));
            pool.waitCompletion();
            assertThat(pool.progress()).isEqualTo(new Progress(4, 3, 0, 0));
        }
        assertThat(failures).isEqualTo(thrown);
        assertThat(results).containsExactly("the worker is still there");
    }

    @Test
    void aFailureIsLoggedUnlessThereIsAnExceptionCallback() throws Exception {
        List<ILoggingEvent> events;
        try (var log = new CapturedLog(WorkRequest.class)) {
            collect(failing(new IOException("expected")).withId("backup"));
            collect(failing(new IOException("dropped")).withExceptionCallback((done, failure) -> {}));
            events = log.events();
        }
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getFormattedMessage()).isEqualTo("WorkRequest[backup] failed");
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("expected");
        });
    }

    // ---- Polling

    @Test
    void pollDoesNotWait() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(request(() -> hold.here(1)));
            hold.awaitStarted(1);
            assertThat(pool.poll()).isZero();
            assertThat(pool.pendingRequests()).isEqualTo(1);
            hold.releaseAll();
        }
    }

    @Test
    void pollReturnsAfterCollectingTheLastResult() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(request(() -> 1));
            assertThat(pool.poll(PATIENCE)).isEqualTo(1);
            assertThatExceptionOfType(NoResultsPendingException.class)
                    .isThrownBy(pool::poll)
                    .withMessage("pool task has no pending requests");
            assertThatExceptionOfType(NoResultsPendingException.class).isThrownBy(() -> pool.poll(PATIENCE));
        }
    }

    @Test
    void pollReturnsZeroWhenTheTimeoutExpires() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(request(() -> hold.here(1)));
            assertThat(pool.poll(Duration.ofMillis(1))).isZero();
            hold.releaseAll();
        }
    }

    @Test
    void aWaitingPollReturnsWhenPendingRequestsAreCancelled() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            pool.putRequest(request(() -> 1));
            Caller<Integer> polling = new Caller<>(() -> pool.poll(PATIENCE)).awaitBlocked();
            pool.cancelWaiting();
            assertThat(polling.result()).isZero();
            assertThat(pool.pendingRequests()).isZero();
            hold.releaseAll();
        }
    }

    @Test
    void waitCompletionOfAnEmptyPoolReturnsImmediately() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.waitCompletion();
        }
    }

    @Test
    void aCallbackMayPutRequests() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(WorkRequest.of(() -> 1).withCallback((done, result) -> {
                results.add(result);
                putUnchecked(pool, request(() -> 2));
            }));
            pool.waitCompletion();
            assertThat(results).containsExactly(1, 2);
        }
    }

    // ---- Callbacks that throw

    @Test
    void aCallbackThatThrowsDoesNotHangALaterWait() throws Exception {
        var failure = new IllegalStateException("a callback's");
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(request(() -> 1));
            pool.putRequest(WorkRequest.of(() -> 2).withCallback((done, result) -> {
                throw failure;
            }));
            pool.putRequest(failing(new IOException("expected")).withExceptionCallback((done, e) -> {
                throw new CompletionException(e);
            }));
            pool.putRequest(request(() -> 4));
            assertThatIllegalStateException().isThrownBy(pool::waitCompletion).isSameAs(failure);
            assertThatExceptionOfType(CompletionException.class).isThrownBy(pool::waitCompletion);
            pool.waitCompletion();
            assertThat(pool.pendingRequests()).isZero();
        }
        assertThat(results).containsExactly(1, 4);
    }

    @Test
    void aCallbackThatThrowsEndsPollAndLeavesTheRestForTheNext() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(WorkRequest.of(() -> 1).withCallback((done, result) -> {
                throw new AssertionError("a callback's");
            }));
            pool.putRequest(request(() -> 2));
            assertThat(Polling.await(() -> pool.progress().left() == 0)).isTrue();
            assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> pool.poll(PATIENCE));
            assertThat(pool.poll(PATIENCE)).isEqualTo(1);
        }
        assertThat(results).containsExactly(2);
    }

    @Test
    void closeCallsEveryCallbackAndThenThrowsWhatTheyThrew() throws Exception {
        var first = new IllegalStateException("first");
        var second = new AssertionError("second");
        var pool = new WorkRequestPool(1);
        pool.putRequest(WorkRequest.of(() -> 1).withCallback((done, result) -> {
            throw first;
        }));
        pool.putRequest(WorkRequest.of(() -> 2).withCallback((done, result) -> {
            throw second;
        }));
        pool.putRequest(request(() -> 3));
        assertThatIllegalStateException().isThrownBy(pool::close).isSameAs(first);
        assertThat(first).hasSuppressedException(second);
        assertThat(results).containsExactly(3);
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    void closeThrowsAnExceptionOnceThatSeveralCallbacksThrew() throws Exception {
        var shared = new IllegalStateException("shared");
        var pool = new WorkRequestPool(1);
        for (int i = 0; i < 2; i++) {
            pool.putRequest(WorkRequest.of(() -> 1).withCallback((done, result) -> {
                throw shared;
            }));
        }
        assertThatIllegalStateException().isThrownBy(pool::close).isSameAs(shared);
        assertThat(shared).hasNoSuppressedExceptions();
        assertThat(pool.isTerminated()).isTrue();
    }

    // ---- Which request is which

    @Test
    void equalIdsDoNotCollide() throws Exception {
        try (var pool = new WorkRequestPool(2)) {
            for (int i = 0; i < 10; i++) {
                pool.putRequest(request(() -> 1).withId("same"));
            }
            assertThat(pool.pendingRequests()).isEqualTo(10 - results.size());
            pool.waitCompletion();
        }
        assertThat(results).hasSize(10);
    }

    @Test
    void aRequestMayBePutAgainEvenAfterItFailed() throws Exception {
        var attempts = new AtomicInteger();
        WorkRequest<Integer> flaky = WorkRequest.<Integer>of(() -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IOException("expected");
                    }
                    return attempts.get();
                })
                .withCallback((done, result) -> results.add(result))
                .withExceptionCallback((done, failure) -> results.add(failure.getMessage()));
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(flaky);
            pool.putRequest(flaky);
            pool.waitCompletion();
            pool.putRequest(flaky);
            pool.waitCompletion();
        }
        assertThat(results).containsExactly("expected", 2, 3);
    }

    private static void collect(WorkRequest<?> request) throws InterruptedException {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(request);
            pool.waitCompletion();
        }
    }

    private static WorkRequest<Object> failing(Throwable failure) {
        return WorkRequest.of(() -> {
            WorkRequestPoolTest.<Error>throwAnyway(failure);
            return failure;
        });
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwAnyway(Throwable failure) throws E {
        throw (E) failure;
    }

    private static void putUnchecked(WorkRequestPool pool, WorkRequest<?> request) {
        try {
            pool.putRequest(request);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
