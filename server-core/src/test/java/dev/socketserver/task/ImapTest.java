package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.entry;

import dev.socketserver.peer.Polling;
import java.io.IOException;
import java.util.AbstractMap.SimpleEntry;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Results as a stream, in the order of the items; see {@link OutcomeStreamTest} for what is common to both orders. */
@Timeout(60)
class ImapTest {
    private final Hold hold = new Hold();

    @Test
    void outcomesComeInTheOrderOfTheItemsWhicheverIsCompleteFirst() throws Exception {
        try (var pool = new TaskPool(2);
                Stream<Outcome<String, String>> outcomes =
                        pool.imap(List.of("slow", "quick"), item -> item.equals("slow") ? hold.here(item) : item)) {
            Caller<List<String>> consuming =
                    new Caller<>(() -> outcomes.map(Outcome::join).toList());
            assertThat(Polling.await(() -> pool.progress().done() == 1)).isTrue();
            consuming.awaitBlocked();
            hold.releaseAll();
            assertThat(consuming.result()).containsExactly("slow", "quick");
        }
    }

    @Test
    void everyItemHasItsOutcomeInItsPlace() {
        List<Integer> numbers = IntStream.range(0, 5_000).boxed().toList();
        try (var pool = new TaskPool(4)) {
            assertThat(pool.imap(numbers, n -> 2 * n).map(Outcome::join))
                    .containsExactlyElementsOf(numbers.stream().map(n -> 2 * n).toList());
            assertThat(pool.imap(List.of(), n -> n)).isEmpty();
        }
    }

    /** The number of complete outcomes that wait behind a slow item is bounded, too. */
    @Test
    void noMoreItemsAreTakenThanWorkersNeedWhileTheFirstIsSlow() throws Exception {
        var taken = new AtomicInteger();
        Iterable<Integer> endless =
                () -> Stream.generate(taken::incrementAndGet).iterator();
        try (var pool = new TaskPool(TaskPoolConfig.builder(2).queueCapacity(1).build());
                Stream<Outcome<Integer, Integer>> outcomes = pool.imap(endless, n -> n == 1 ? hold.here(n) : n)) {
            Iterator<Outcome<Integer, Integer>> iterator = outcomes.iterator();
            var consuming = new Caller<>(() -> iterator.next().join());
            assertThat(Polling.await(() -> pool.progress().done() == 2)).isTrue();
            consuming.awaitBlocked();
            assertThat(taken).hasValue(3);
            hold.releaseAll();
            assertThat(consuming.result()).isEqualTo(1);
        }
    }

    @Test
    void aFailureIsInItsPlaceAndDoesNotEndTheStream() {
        try (var pool = new TaskPool(2)) {
            List<Outcome<Integer, Integer>> outcomes = pool.<Integer, Integer>imap(List.of(1, 2, 3), n -> {
                        if (n == 2) {
                            throw new IOException("expected");
                        }
                        return n;
                    })
                    .toList();
            assertThat(outcomes).extracting(Outcome::isFailure).containsExactly(false, true, false);
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(outcomes.get(1)::join)
                    .withCauseInstanceOf(IOException.class);
            assertThat(outcomes.get(2).join()).isEqualTo(3);
        }
    }

    @Test
    void itemsMayBeNull() {
        try (var pool = new TaskPool(2)) {
            assertThat(pool.imap(Arrays.asList(1, null, 3), n -> n == null ? -1 : n)
                            .map(Outcome::join))
                    .containsExactly(1, -1, 3);
        }
    }

    @Test
    void starmapPassesKeyAndValueAsArguments() {
        Map<String, Integer> words = new TreeMap<>(Map.of("a", 1, "b", 2, "c", 3));
        try (var pool = new TaskPool(2)) {
            List<Outcome<Map.Entry<String, Integer>, String>> outcomes =
                    pool.starmap(words.entrySet(), String::repeat).toList();
            assertThat(outcomes).extracting(Outcome::join).containsExactly("a", "bb", "ccc");
            assertThat(outcomes).extracting(Outcome::item).containsExactly(entry("a", 1), entry("b", 2), entry("c", 3));
        }
    }

    /** The iterators of some collections return the same entry each time, to save memory. */
    @Test
    void starmapCopiesPairsThatAreTheSameObject() {
        var pair = new SimpleEntry<>(0, 0);
        Iterable<Map.Entry<Integer, Integer>> pairs = () -> IntStream.range(0, 100)
                .<Map.Entry<Integer, Integer>>mapToObj(n -> {
                    pair.setValue(n);
                    return pair;
                })
                .iterator();
        try (var pool = new TaskPool(3)) {
            assertThat(pool.starmap(pairs, Integer::sum).map(Outcome::join))
                    .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
        }
    }

    @Test
    void starmapTakesNoMorePairsThanImap() {
        var taken = new AtomicInteger();
        Iterable<Map.Entry<Integer, Integer>> endless = () ->
                Stream.generate(() -> Map.entry(taken.incrementAndGet(), 1)).iterator();
        try (var pool = new TaskPool(2);
                Stream<Outcome<Map.Entry<Integer, Integer>, Integer>> outcomes = pool.starmap(endless, Integer::sum)) {
            Iterator<Outcome<Map.Entry<Integer, Integer>, Integer>> iterator = outcomes.iterator();
            for (int consumed = 0; consumed < 100; consumed++) {
                assertThat(iterator.next().join()).isEqualTo(consumed + 2);
                assertThat(taken.get() - consumed).isLessThanOrEqualTo(5);
            }
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void aNullPairIsAnExceptionOfTheSource() {
        try (var pool = new TaskPool(2)) {
            Iterator<Outcome<Map.Entry<Integer, Integer>, Integer>> outcomes = pool.starmap(
                            Arrays.asList(Map.entry(1, 2), null), Integer::sum)
                    .iterator();
            assertThat(outcomes.next().join()).isEqualTo(3);
            assertThatNullPointerException().isThrownBy(outcomes::next);
            assertThat(outcomes.hasNext()).isFalse();
        }
    }
}
