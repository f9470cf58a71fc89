package dev.socketserver.limit;

import static dev.socketserver.limit.Sources.source;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a table costs, and what it does under load. */
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
}
