package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Polling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams of outcomes, whatever their order: their ends, their errors and what they leave behind. */
@Timeout(60)
class OutcomeStreamTest {
    private final Hold hold = new Hold();

    /** The order of the outcomes. */
    private enum Order {
        COMPLETION {
            @Override
            <A, T> Stream<Outcome<A, T>> stream(TaskPool pool, Iterable<A> items, Computation<A, T> computation) {
                return pool.mapAsCompleted(items, computation);
            }
        },
        ITEMS {
            @Override
            <A, T> Stream<Outcome<A, T>> stream(TaskPool pool, Iterable<A> items, Computation<A, T> computation) {
                return pool.imap(items, computation);
            }
        };

        abstract <A, T> Stream<Outcome<A, T>> stream(TaskPool pool, Iterable<A> items, Computation<A, T> computation);

        <A> Iterator<Outcome<A, A>> iterator(TaskPool pool, Iterable<A> items) {
            return stream(pool, items, (A item) -> item).iterator();
        }
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** Returns an iterator over the numbers from 0 that throws instead of returning the given one, but only once. */
    private static Iterator<Integer> failingAt(int number, Throwable failure) {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                if (next++ == number) {
                    OutcomeStreamTest.<Error>throwAnyway(failure);
                }
                return next - 1;
            }
        };
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void throwAnyway(Throwable failure) throws E {
        throw (E) failure;
    }

    // ---- The source

    @ParameterizedTest
    @EnumSource
    void anExceptionOfTheSourceComesAfterTheOutcomesOfTheItemsBeforeItAndEndsTheStream(Order order) {
        for (Throwable failure : List.of(
                new IllegalStateException("a source's"),
                new AssertionError("a source's"),
                new IOException("a source's, which it does not declare"))) {
            for (int before : new int[] {0, 1, 7}) {
                List<Integer> seen = new ArrayList<>();
                try (var pool = new TaskPool(2)) {
                    Iterator<Outcome<Integer, Integer>> outcomes =
                            order.iterator(pool, () -> failingAt(before, failure));
                    assertThatThrownBy(() -> outcomes.forEachRemaining(outcome -> seen.add(outcome.item())))
                            .isSameAs(failure);
                    assertThat(seen).containsExactlyInAnyOrderElementsOf(numbers(before));
                    assertThat(outcomes.hasNext()).isFalse();
                    assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(outcomes::next);
                    assertThat(pool.progress()).isEqualTo(new Progress(before, 0, 0, 0));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSourceIsNotAskedAgainAfterItsEnd(Order order) {
        var asked = new AtomicInteger();
        Iterable<Integer> items = () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return asked.incrementAndGet() <= 3;
            }

            @Override
            public Integer next() {
                return 1;
            }
        };
        try (var pool = new TaskPool(2)) {
            assertThat(order.stream(pool, items, n -> n)).hasSize(3);
        }
        assertThat(asked).hasValue(4);
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionOfTheSourcesIteratorMethodIsThrownImmediately(Order order) {
        Iterable<Integer> items = () -> {
            throw new IllegalStateException("no iterator");
        };
        try (var pool = new TaskPool(1)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> order.stream(pool, items, n -> n))
                    .withMessage("no iterator");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsTakenFromTheSourceBeforeTheStreamIsConsumed(Order order) {
        var taken = new AtomicInteger();
        Iterable<Integer> endless =
                () -> Stream.generate(taken::incrementAndGet).iterator();
        try (var pool = new TaskPool(2);
                Stream<Outcome<Integer, Integer>> outcomes = order.stream(pool, endless, n -> n)) {
            assertThat(taken).hasValue(0);
            assertThat(outcomes.limit(1_000)).hasSize(1_000);
            assertThat(taken).hasValueBetween(1_000, 1_004);
        }
    }

    // ---- The pool

    @ParameterizedTest
    @EnumSource
    void aStreamThrowsAfterAShutdownOnceAcceptedItemsAreConsumed(Order order) {
        try (var pool = new TaskPool(2)) {
            Iterator<Outcome<Integer, Integer>> outcomes = order.iterator(pool, numbers(10));
            outcomes.next();
            pool.shutdown();
            for (int i = 0; i < 3; i++) {
                outcomes.next();
            }
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(RejectedExecutionException.class)
                        .isThrownBy(outcomes::next)
                        .withMessage("pool task is shut down");
            }
            assertThat(pool.progress().done()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFullQueueDoesNotHoldUpCompleteOutcomes(Order order) throws Exception {
        try (var pool = new TaskPool(1)) {
            Iterator<Outcome<Integer, Integer>> outcomes = order.iterator(pool, numbers(5));
            assertThat(outcomes.next().item()).isZero();
            assertThat(Polling.await(() -> pool.progress().left() == 0)).isTrue();
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            pool.addTask(hold::here);
            assertThat(outcomes.next().item())
                    .as("complete before the queue was full")
                    .isEqualTo(1);
            Caller<Integer> third = new Caller<>(() -> outcomes.next().item()).awaitBlocked();
            hold.releaseAll();
            assertThat(third.result()).isEqualTo(2);
            outcomes.forEachRemaining(outcome -> {});
            assertThat(pool.progress().done()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamContinuesWhenAPoolWithoutWorkersGetsSome(Order order) {
        try (var pool = new TaskPool(TaskPoolConfig.builder(0).build())) {
            Iterator<Outcome<Integer, Integer>> outcomes = order.iterator(pool, numbers(3));
            assertThatExceptionOfType(NoWorkersAvailableException.class).isThrownBy(outcomes::next);
            assertThatExceptionOfType(NoWorkersAvailableException.class).isThrownBy(outcomes::next);
            pool.createWorkers(1);
            assertThat(outcomes).toIterable().extracting(Outcome::item).containsExactly(0, 1, 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancelledItemsAreFailures(Order order) throws Exception {
        try (var pool = new TaskPool(1)) {
            Caller<List<Outcome<Integer, Integer>>> consuming = new Caller<>(
                    () -> order.stream(pool, numbers(2), hold::here).toList());
            hold.awaitStarted(1);
            consuming.awaitBlocked();
            pool.cancelWaiting();
            hold.releaseAll();
            assertThat(consuming.result())
                    .hasSize(2)
                    .anySatisfy(outcome -> assertThat(outcome.failure()).isInstanceOf(CancellationException.class))
                    .anySatisfy(outcome -> assertThat(outcome.result()).isZero());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTaskOfThePoolMayNotConsumeAStream(Order order) throws Exception {
        try (var pool = new TaskPool(2)) {
            Iterator<Outcome<Integer, Integer>> outcomes = order.iterator(pool, numbers(3));
            assertThatThrownBy(() -> pool.submit(outcomes::next).get())
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith("a task of pool task must not wait for its own pool");
            assertThat(outcomes).toIterable().hasSize(3);
        }
    }

    // ---- Closing and interrupts

    @ParameterizedTest
    @EnumSource
    void closingEndsTheStreamAndCancelsItemsThatWereNotStarted(Order order) throws Exception {
        var begun = new AtomicInteger();
        try (var pool = new TaskPool(1)) {
            Stream<Outcome<Integer, Integer>> stream = order.stream(pool, numbers(10), n -> {
                begun.incrementAndGet();
                return n == 0 ? n : hold.here(n);
            });
            Iterator<Outcome<Integer, Integer>> outcomes = stream.iterator();
            outcomes.next();
            hold.awaitStarted(1);
            pool.execute(() -> {}); // not of the stream
            stream.close();
            stream.close();
            assertThat(outcomes.hasNext()).isFalse();
            hold.releaseAll();
            pool.waitCompletion();
            assertThat(begun).hasValue(2);
            assertThat(pool.progress().done()).isEqualTo(3);
            assertThat(pool.progress().failed()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSourceMayCloseTheStream(Order order) {
        List<Stream<Outcome<Integer, Integer>>> stream = new ArrayList<>();
        Iterable<Integer> items = () -> Stream.generate(() -> {
                    stream.get(0).close();
                    return 1;
                })
                .iterator();
        try (var pool = new TaskPool(1)) {
            stream.add(order.stream(pool, items, n -> n));
            assertThat(stream.get(0).iterator()).isExhausted();
            assertThat(pool.progress().total()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptClosesTheStream(Order order) throws Exception {
        try (var pool = new TaskPool(1)) {
            Caller<Boolean> consuming = new Caller<>(() -> {
                Iterator<Outcome<Integer, Integer>> outcomes =
                        order.stream(pool, numbers(10), hold::here).iterator();
                assertThatExceptionOfType(CancellationException.class)
                        .isThrownBy(outcomes::next)
                        .withMessage("interrupted")
                        .withCauseInstanceOf(InterruptedException.class);
                return Thread.currentThread().isInterrupted() && !outcomes.hasNext();
            });
            hold.awaitStarted(1);
            consuming.awaitBlocked().interrupt();
            assertThat(consuming.result()).isTrue();
            hold.releaseAll();
            pool.waitCompletion();
            assertThat(pool.progress().done()).as("the one that ran").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptWhileTheStreamWaitsForRoomClosesIt(Order order) throws Exception {
        try (var pool = new TaskPool(1)) {
            pool.addTask(hold::here);
            hold.awaitStarted(1);
            pool.addTask(() -> {});
            Caller<Boolean> consuming = new Caller<>(() -> {
                assertThatExceptionOfType(CancellationException.class)
                        .isThrownBy(order.iterator(pool, numbers(10))::next);
                return Thread.currentThread().isInterrupted();
            });
            consuming.awaitBlocked().interrupt();
            assertThat(consuming.result()).isTrue();
            hold.releaseAll();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptedThreadCanConsumeCompleteOutcomes(Order order) throws Exception {
        try (var pool = new TaskPool(2)) {
            Iterator<Outcome<Integer, Integer>> outcomes = order.iterator(pool, numbers(4));
            outcomes.next();
            assertThat(Polling.await(() -> pool.progress().left() == 0)).isTrue();
            Thread.currentThread().interrupt();
            for (int i = 0; i < 3; i++) {
                outcomes.next();
            }
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anythingThatAComputationThrowsIsItsOutcome(Order order) {
        List<Throwable> failures = List.of(new IOException("expected"), new Error("expected"));
        try (var pool = new TaskPool(2)) {
            assertThat(order.stream(pool, failures, failure -> {
                                OutcomeStreamTest.<Error>throwAnyway(failure);
                                return 1;
                            })
                            .map(Outcome::failure))
                    .containsExactlyInAnyOrderElementsOf(failures);
            assertThat(pool.progress()).isEqualTo(new Progress(2, 2, 0, 0));
        }
    }
}
