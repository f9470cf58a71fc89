package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Invalid arguments are rejected by the call that passes them, with a message that names them. */
@Timeout(60)
@SuppressWarnings("NullAway")
class ArgumentsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T nothing() {
        return null;
    }

    private static void refusesNull(Map<String, Task> calls) {
        calls.forEach((call, task) ->
                assertThatNullPointerException().as(call).isThrownBy(task::run).withMessage(name(call)));
    }

    /** Returns the name of the argument that is null in a call: the text behind the colon. */
    private static String name(String call) {
        return call.substring(call.indexOf(": ") + 2);
    }

    @Test
    void aTaskPoolRefusesNull() throws Exception {
        Map<String, Task> calls = new LinkedHashMap<>();
        calls.put("constructor: config", () -> new TaskPool(ArgumentsTest.<TaskPoolConfig>nothing()));
        try (var pool = new TaskPool(1)) {
            calls.put("addTask: task", () -> pool.addTask(nothing()));
            calls.put("map: items", () -> pool.map(nothing(), item -> {}));
            calls.put("map: task", () -> pool.map(List.of(), nothing()));
            calls.put("execute: command", () -> pool.execute(nothing()));
            calls.put(
                    "submit: task",
                    () -> pool.submit(ArgumentsTest.<Callable<Integer>>nothing())
                            .join());
            calls.put("invokeAll: task", () -> pool.invokeAll(Collections.<Callable<Integer>>singleton(nothing())));
            calls.put("invokeAny: task", () -> pool.invokeAny(Collections.<Callable<Integer>>singleton(nothing())));
            calls.put("mapAsCompleted: items", () -> pool.mapAsCompleted(nothing(), item -> item));
            calls.put("mapAsCompleted: computation", () -> pool.mapAsCompleted(List.of(), nothing()));
            calls.put("imap: items", () -> pool.imap(nothing(), item -> item));
            calls.put("imap: computation", () -> pool.imap(List.of(), nothing()));
            calls.put("starmap: pairs", () -> pool.starmap(nothing(), (first, second) -> first));
            calls.put("starmap: computation", () -> pool.starmap(Map.of().entrySet(), nothing()));
            calls.put("waitCompletion: timeout", () -> pool.waitCompletion(nothing()));
            calls.put("awaitTermination: unit", () -> pool.awaitTermination(1, nothing()));
            refusesNull(calls);
            assertThat(pool.progress().total()).isZero();
        }
    }

    @Test
    void aWorkRequestPoolRefusesNull() throws Exception {
        Map<String, Task> calls = new LinkedHashMap<>();
        WorkRequest<Integer> request = WorkRequest.of(() -> 1);
        try (var pool = new WorkRequestPool(1)) {
            calls.put("putRequest: request", () -> pool.putRequest(nothing()));
            calls.put("putRequest with a timeout: request", () -> pool.putRequest(nothing(), SECOND));
            calls.put("putRequest: timeout", () -> pool.putRequest(request, nothing()));
            calls.put("poll: timeout", () -> pool.poll(nothing()));
            refusesNull(calls);
            assertThat(pool.pendingRequests()).isZero();
            assertThat(pool.progress().total()).isZero();
        }
    }

    @Test
    void aRequestRefusesNull() {
        Map<String, Task> calls = new LinkedHashMap<>();
        WorkRequest<Integer> request = WorkRequest.of(() -> 1);
        calls.put("of: task", () -> WorkRequest.of(nothing()));
        calls.put("withId: id", () -> request.withId(nothing()));
        calls.put("withCallback: callback", () -> request.withCallback(nothing()));
        calls.put("withExceptionCallback: exceptionCallback", () -> request.withExceptionCallback(nothing()));
        calls.put("makeRequests: computation", () -> WorkRequest.makeRequests(nothing(), List.of(), (done, n) -> {}));
        calls.put("makeRequests: items", () -> WorkRequest.makeRequests(n -> n, nothing(), (done, n) -> {}));
        calls.put("makeRequests: callback", () -> WorkRequest.makeRequests(n -> n, List.of(), nothing()));
        calls.put(
                "makeRequests: exceptionCallback",
                () -> WorkRequest.makeRequests(n -> n, List.of(), (done, n) -> {}, nothing()));
        refusesNull(calls);
    }

    @Test
    void aConfigurationRefusesNull() {
        Map<String, Task> calls = new LinkedHashMap<>();
        calls.put("name: name", () -> TaskPoolConfig.builder(1).name(nothing()).build());
        calls.put(
                "workerKind: workerKind",
                () -> TaskPoolConfig.builder(1).workerKind(nothing()).build());
        refusesNull(calls);
    }

    @Test
    void moreWorkersThanAnIntCanCountAreRejected() {
        try (var pool = new TaskPool(2)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.createWorkers(Integer.MAX_VALUE - 1))
                    .withMessage("count must be at most 2147483645: 2147483646");
            assertThat(pool.workers()).isEqualTo(2);
            pool.createWorkers(Integer.MAX_VALUE - 2);
            assertThat(pool.workers()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void aTimeoutOfAnyLengthIsAllowed() throws Exception {
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        Duration shortest = Duration.ofSeconds(Long.MIN_VALUE);
        try (var pool = new WorkRequestPool(1)) {
            assertThat(pool.waitCompletion(longest)).isTrue();
            assertThat(pool.waitCompletion(shortest)).isTrue();
            pool.putRequest(WorkRequest.of(() -> 1), longest);
            assertThat(pool.poll(longest)).isEqualTo(1);
            pool.putRequest(WorkRequest.of(() -> 1), shortest);
            assertThat(pool.poll(shortest)).isBetween(0, 1);
            assertThat(pool.awaitTermination(Long.MIN_VALUE, TimeUnit.DAYS)).isFalse();
        }
    }
}
