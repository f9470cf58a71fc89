package dev.socketserver.pool;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what a pool has done so far. Counting allocates nothing. Not thread-safe: guarded by the pool's lock. */
final class PoolCounters {
    /** The work of workers that have terminated. */
    final Work work = new Work();

    final ByReason<StartReason> starts = new ByReason<>(StartReason.class);
    final ByReason<RetireReason> retirements = new ByReason<>(RetireReason.class);
    final ByReason<RejectionReason> rejections = new ByReason<>(RejectionReason.class);
    long handedOff;
    long enqueued;
    long startFailures;
    long stuck;
    int peakQueued;

    /**
     * The tasks that one worker has run. Only that worker writes, without the pool's lock; a concurrent reader may miss
     * its last task.
     */
    static final class Work {
        final TimeDistribution.Recorder waits = new TimeDistribution.Recorder();
        final TimeDistribution.Recorder runs = new TimeDistribution.Recorder();
        long completed;

        /** Adds the counts of another instance. */
        void add(Work other) {
            waits.add(other.waits);
            runs.add(other.runs);
            completed += other.completed;
        }
    }

    /** A counter for each reason. */
    static final class ByReason<R extends Enum<R>> {
        private final Class<R> type;
        private final Map<R, AtomicLong> counters;

        ByReason(Class<R> type) {
            this.type = type;
            this.counters = new EnumMap<>(type);
            for (R reason : type.getEnumConstants()) {
                counters.put(reason, new AtomicLong());
            }
        }

        void add(R reason, int count) {
            AtomicLong counter = counters.get(reason);
            if (counter != null) { // which holds for every reason
                counter.addAndGet(count);
            }
        }

        /** Returns an immutable copy with an entry for every reason, even if its count is 0. */
        Map<R, Long> toMap() {
            Map<R, Long> map = new EnumMap<>(type);
            counters.forEach((reason, counter) -> map.put(reason, counter.get()));
            return Collections.unmodifiableMap(map);
        }
    }
}
