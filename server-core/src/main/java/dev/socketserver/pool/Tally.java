package dev.socketserver.pool;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What a pool has done so far. Not thread-safe: guarded by the pool's lock. */
final class Tally {
    final TimeHistogram waits = new TimeHistogram();
    final TimeHistogram runs = new TimeHistogram();
    long handedOff;
    long enqueued;
    long completed;
    long startFailures;
    long stuck;
    int peakQueued;
    private final Map<StartReason, Long> starts = new EnumMap<>(StartReason.class);
    private final Map<RetireReason, Long> retirements = new EnumMap<>(RetireReason.class);
    private final Map<RejectionReason, Long> rejections = new EnumMap<>(RejectionReason.class);

    void started(StartReason why) {
        starts.merge(why, 1L, Long::sum);
    }

    void retired(RetireReason why) {
        retirements.merge(why, 1L, Long::sum);
    }

    void rejected(RejectionReason why) {
        rejected(why, 1);
    }

    void rejected(RejectionReason why, int count) {
        if (count > 0) {
            rejections.merge(why, (long) count, Long::sum);
        }
    }

    Map<StartReason, Long> starts() {
        return copy(starts, StartReason.class);
    }

    Map<RetireReason, Long> retirements() {
        return copy(retirements, RetireReason.class);
    }

    Map<RejectionReason, Long> rejections() {
        return copy(rejections, RejectionReason.class);
    }

    /** A copy with a figure, 0 if need be, for every reason. */
    private static <R extends Enum<R>> Map<R, Long> copy(Map<R, Long> counts, Class<R> reasons) {
        Map<R, Long> copy = new EnumMap<>(reasons);
        for (R reason : reasons.getEnumConstants()) {
            copy.put(reason, counts.getOrDefault(reason, 0L));
        }
        return Collections.unmodifiableMap(copy);
    }
}
