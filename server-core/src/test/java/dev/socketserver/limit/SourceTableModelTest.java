package dev.socketserver.limit;

import static dev.socketserver.limit.Sources.source;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A table compared with a model of it. */
@Timeout(60)
class SourceTableModelTest {
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
}
