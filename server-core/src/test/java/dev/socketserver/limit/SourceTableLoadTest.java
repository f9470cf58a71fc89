package dev.socketserver.limit;

import static dev.socketserver.limit.Sources.source;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a table costs, and what it does under load, compared with a model. */
@Timeout(60)
class SourceTableLoadTest {
    @Test
    void aMillionSourcesTakeAtMost64MegabytesAndEachKeepsItsLimit() {
        int million = 1_000_000;
        assertThat(SourceTable.memory(million)).isLessThanOrEqualTo(64_000_000).isEqualTo(44_194_304);
        var table = new SourceTable(
                SourceLimits.builder().maxConnections(1).capacity(million).build(), new Clock());
        for (int i = 0; i < million; i++) {
            if (table.open(source(i)) != Admission.ADMITTED) {
                throw new AssertionError("source " + i);
            }
        }
        assertThat(table.size()).isEqualTo(million);
        for (int i = 0; i < million; i++) {
            if (table.open(source(i)) != Admission.TOO_MANY_CONNECTIONS) {
                throw new AssertionError("source " + i);
            }
        }
        assertThat(table.open(source(million))).isEqualTo(Admission.TABLE_FULL);
        for (int i = 0; i < million; i++) {
            table.close(source(i));
        }
        assertThat(table.open(source(million))).isEqualTo(Admission.ADMITTED);
    }

    @Test
    void memoryIsTakenAtOnceAndNothingIsAllocatedLater() throws Exception {
        allocatedBytes(); // loads what is loaded once
        long before = allocatedBytes();
        SourceTable table = new SourceTable(SourceLimits.builder()
                .maxConnections(2)
                .rate(RateLimit.perSecond(1000))
                .capacity(100_000)
                .build());
        long taken = allocatedBytes() - before;
        assertThat(taken).isBetween(SourceTable.memory(100_000), SourceTable.memory(100_000) + 100_000);

        List<AddressPrefix> sources = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sources.add(source(i));
        }
        churn(table, sources);
        before = allocatedBytes();
        churn(table, sources);
        assertThat(allocatedBytes() - before).as("for 200,000 calls").isLessThan(100_000);
    }

    /** Returns how much this thread has allocated, and allocates a little. */
    private static long allocatedBytes() throws Exception {
        return (long) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                        "getThreadAllocatedBytes",
                        new Object[] {Thread.currentThread().getId()},
                        new String[] {long.class.getName()});
    }

    private static void churn(SourceTable table, List<AddressPrefix> sources) {
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < sources.size(); i++) {
                AddressPrefix source = sources.get(i);
                if (table.open(source) == Admission.ADMITTED) {
                    table.close(source);
                }
                table.admit(source);
            }
        }
    }

    /** What the table should do, written with the JDK's collections. */
    private static final class Model {
        private static final class Entry {
            private int connections;
            private long fullAt;
        }

        private final Map<AddressPrefix, Entry> known = new HashMap<>();
        private final Deque<AddressPrefix> waiting = new ArrayDeque<>();
        private final SourceLimits limits;
        private final RateLimit rate;

        Model(SourceLimits limits, RateLimit rate) {
            this.limits = limits;
            this.rate = rate;
        }

        Admission admit(AddressPrefix source, boolean lasting, long now) {
            Entry entry = known.get(source);
            if (entry == null) {
                for (int i = 0; i < 2 && !waiting.isEmpty(); i++) {
                    Entry first = known.get(waiting.getFirst());
                    if (first != null && first.fullAt <= now) {
                        known.remove(waiting.removeFirst());
                    }
                }
                if (known.size() == limits.capacity()) {
                    return Admission.TABLE_FULL;
                }
                entry = new Entry();
                entry.fullAt = now;
                known.put(source, entry);
            }
            if (lasting && entry.connections == limits.maxConnections()) {
                return Admission.TOO_MANY_CONNECTIONS;
            }
            long after = Math.max(entry.fullAt, now) + rate.intervalNanos();
            if (after > now + rate.refillNanos()) {
                return Admission.TOO_FREQUENT;
            }
            entry.fullAt = after;
            waiting.remove(source);
            if (lasting) {
                entry.connections++;
            }
            if (entry.connections == 0) {
                waiting.addLast(source);
            }
            return Admission.ADMITTED;
        }

        boolean close(AddressPrefix source) {
            Entry entry = known.get(source);
            if (entry == null || entry.connections == 0) {
                return false;
            }
            if (--entry.connections == 0) {
                waiting.addLast(source);
            }
            return true;
        }
    }

    @Test
    void theTableDoesWhatItsModelDoes() {
        Set<Admission> seen = EnumSet.noneOf(Admission.class);
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var rate = new RateLimit(1, Duration.ofNanos(1 + random.nextInt(20)), 1 + random.nextInt(4));
            SourceLimits limits = SourceLimits.builder()
                    .maxConnections(1 + random.nextInt(3))
                    .rate(rate)
                    .capacity(1 + random.nextInt(12))
                    .build();
            long[] now = {0};
            var table = new SourceTable(limits, () -> now[0]);
            var model = new Model(limits, rate);
            for (int step = 0; step < 2000; step++) {
                now[0] += random.nextInt(3) == 0 ? random.nextInt(30) : 0;
                AddressPrefix source = source(random.nextInt(20));
                int action = random.nextInt(4);
                if (action == 3) {
                    if (model.close(source)) {
                        table.close(source);
                    }
                } else {
                    Admission expected = model.admit(source, action < 2, now[0]);
                    assertThat(action < 2 ? table.open(source) : table.admit(source))
                            .as("seed %d, step %d", seed, step)
                            .isEqualTo(expected);
                    seen.add(expected);
                }
                assertThat(table.size()).isEqualTo(model.known.size());
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(Admission.UNTRACKED)));
    }

    @Test
    void threadsTogetherNeverGetASourceOverItsLimit() throws Exception {
        int sources = 50;
        int most = 3;
        var table = new SourceTable(
                SourceLimits.builder().maxConnections(most).capacity(40).build());
        AtomicInteger[] open = new AtomicInteger[sources];
        for (int i = 0; i < sources; i++) {
            open[i] = new AtomicInteger();
        }
        var barrier = new CyclicBarrier(4);
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int seed = 0; seed < 4; seed++) {
            var random = new Random(seed);
            var task = new FutureTask<>(() -> {
                barrier.await();
                return openAndClose(table, open, most, random);
            });
            tasks.add(task);
            new Thread(task, "opener-" + seed).start();
        }
        int admitted = 0;
        for (FutureTask<Integer> task : tasks) {
            admitted += task.get();
        }
        assertThat(admitted).isPositive();
        for (int i = 0; i < sources; i++) {
            assertThat(table.connections(source(i))).isZero();
            assertThat(open[i]).hasValue(0);
        }
        for (int i = 0; i < 40; i++) {
            assertThat(table.open(source(1000 + i))).isEqualTo(Admission.ADMITTED);
        }
    }

    private static int openAndClose(SourceTable table, AtomicInteger[] open, int most, Random random) {
        Deque<Integer> mine = new ArrayDeque<>();
        int admitted = 0;
        for (int i = 0; i < 200_000; i++) {
            if (mine.size() < 60 && random.nextBoolean()) {
                int source = random.nextInt(open.length);
                if (table.open(source(source)) == Admission.ADMITTED) {
                    admitted++;
                    assertThat(open[source].incrementAndGet()).isLessThanOrEqualTo(most);
                    mine.addLast(source);
                }
            } else if (!mine.isEmpty()) {
                int source = mine.removeFirst();
                open[source].decrementAndGet();
                table.close(source(source));
            }
        }
        while (!mine.isEmpty()) {
            int source = mine.removeFirst();
            open[source].decrementAndGet();
            table.close(source(source));
        }
        return admitted;
    }

    @Test
    void threadsTogetherTakeExactlyTheBurstOfASource() throws Exception {
        var table = new SourceTable(
                SourceLimits.builder()
                        .rate(RateLimit.perSecond(1).withBurst(1000))
                        .build(),
                new Clock());
        var barrier = new CyclicBarrier(4);
        List<FutureTask<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            var task = new FutureTask<>(() -> {
                barrier.await();
                int admitted = 0;
                for (int attempt = 0; attempt < 10_000; attempt++) {
                    admitted += table.admit(source(1)).isAdmitted() ? 1 : 0;
                }
                return admitted;
            });
            tasks.add(task);
            new Thread(task, "source-" + i).start();
        }
        int admitted = 0;
        for (FutureTask<Integer> task : tasks) {
            admitted += task.get();
        }
        assertThat(admitted).isEqualTo(1000);
    }

    @Test
    void memoryIsKnownForEveryCapacity() {
        assertThat(SourceTable.memory(1)).isEqualTo(44);
        assertThat(SourceTable.memory(2)).isEqualTo(88);
        assertThat(SourceTable.memory(3)).isEqualTo(3 * 40 + 4 * 4);
        assertThat(SourceTable.memory(1 << 20)).isEqualTo(44L << 20);
        assertThat(SourceTable.memory(SourceLimits.MAX_CAPACITY)).isEqualTo(44L << 28);
    }
}
