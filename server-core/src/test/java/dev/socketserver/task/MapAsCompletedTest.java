package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Results as a stream, in order of completion; see {@link OutcomeStreamTest} for what is common to both orders. */
@Timeout(60)
class MapAsCompletedTest {
    private final Hold hold = new Hold();

    @Test
    void outcomesComeInOrderOfCompletion() throws Exception {
        try (var pool = new TaskPool(2);
                Stream<Outcome<String, String>> outcomes =
                        pool.mapAsCompleted(List.of("slow", "quick"), this::slowly)) {
            Iterator<Outcome<String, String>> iterator = outcomes.iterator();
            assertThat(iterator.next().get()).isEqualTo("quick!");
            hold.releaseAll();
            assertThat(iterator.next()).isEqualTo(new Outcome<>("slow", "slow!", null));
            assertThat(iterator.hasNext()).isFalse();
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(iterator::next);
        }
    }

    private String slowly(String item) throws InterruptedException {
        return item.equals("slow") ? hold.here("slow!") : item + "!";
    }

    @Test
    void everyItemHasItsOutcome() {
        try (var pool = new TaskPool(3)) {
            assertThat(pool.mapAsCompleted(numbers(1_000), n -> 2 * n)
                            .peek(outcome -> assertThat(outcome.result()).isEqualTo(2 * outcome.item()))
                            .map(Outcome::item))
                    .containsExactlyInAnyOrderElementsOf(numbers(1_000));
            assertThat(pool.mapAsCompleted(List.<Integer>of(), n -> n)).isEmpty();
        }
    }

    @Test
    void failuresAreOutcomes() {
        var failure = new IOException("expected");
        try (var pool = new TaskPool(2)) {
            List<Outcome<Integer, Integer>> outcomes = pool.<Integer, Integer>mapAsCompleted(List.of(1, 2), n -> {
                        if (n == 1) {
                            throw failure;
                        }
                        return n;
                    })
                    .toList();
            assertThat(outcomes).containsExactlyInAnyOrder(new Outcome<>(1, null, failure), new Outcome<>(2, 2, null));
            for (Outcome<Integer, Integer> outcome : outcomes) {
                if (outcome.isFailure()) {
                    assertThatExceptionOfType(ExecutionException.class)
                            .isThrownBy(outcome::get)
                            .withCause(failure);
                }
            }
            assertThat(pool.progress()).isEqualTo(new Progress(2, 1, 0, 0));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // which does not look into type arguments
    void aResultMayBeNull() throws Exception {
        try (var pool = new TaskPool(1)) {
            Outcome<Integer, @Nullable String> outcome = pool.<Integer, @Nullable String>mapAsCompleted(
                            List.of(1), n -> null)
                    .iterator()
                    .next();
            assertThat(outcome.isFailure()).isFalse();
            assertThat(outcome.get()).isNull();
        }
    }

    @Test
    void itemsAreTakenOnlyAsOutcomesAreConsumed() {
        AtomicInteger taken = new AtomicInteger();
        Iterable<Integer> endless =
                () -> Stream.generate(taken::incrementAndGet).iterator();
        try (var pool = new TaskPool(2)) {
            try (Stream<Outcome<Integer, Integer>> outcomes = pool.mapAsCompleted(endless, n -> n)) {
                Iterator<Outcome<Integer, Integer>> iterator = outcomes.iterator();
                for (int consumed = 0; consumed < 100; consumed++) {
                    iterator.next();
                    assertThat(taken.get() - consumed).isLessThanOrEqualTo(4);
                }
            }
        }
    }

    @Test
    void aPoolWithoutWorkersThrows() {
        var config = TaskPoolConfig.builder(0).queueCapacity(5).build();
        try (var pool = new TaskPool(config)) {
            assertThatExceptionOfType(NoWorkersAvailableException.class)
                    .isThrownBy(() -> pool.mapAsCompleted(numbers(3), n -> n).toList());
        }
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
