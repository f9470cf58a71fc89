package dev.socketserver.attack;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What the servers' process holds.
 *
 * @param heap bytes in use after a collection
 * @param direct bytes outside of the heap, used by buffers or kept for them
 */
record SoakSample(long heap, long direct, int descriptors, int threads) {
    /** How much more under load is no growth: it is within what chance adds. */
    static final SoakSample LOAD_MARGIN = new SoakSample(8 << 20, 8 << 20, 50, 40);

    /** How much more at rest is no growth: the pool keeps the workers of the last load for a while. */
    static final SoakSample REST_MARGIN = new SoakSample(3 << 20, 4 << 20, 6, 40);

    private static final double MEBIBYTE = 1 << 20;

    /** Takes one. */
    static SoakSample take(Target target) throws IOException {
        String[] bytes = target.ask(SoakServeCommand.SAMPLE).split(" ", -1);
        Target.Held held = target.held();
        return new SoakSample(Long.parseLong(bytes[0]), Long.parseLong(bytes[1]), held.descriptors(), held.threads());
    }

    /** Returns one with the most of each. */
    static SoakSample most(List<SoakSample> samples) {
        return pick(samples, samples.size() - 1);
    }

    /** Returns one with the median of each; of an even number, the lower one. */
    static SoakSample median(List<SoakSample> samples) {
        return pick(samples, (samples.size() - 1) / 2);
    }

    private static SoakSample pick(List<SoakSample> samples, int rank) {
        return new SoakSample(
                ranked(samples, SoakSample::heap, rank),
                ranked(samples, SoakSample::direct, rank),
                (int) ranked(samples, SoakSample::descriptors, rank),
                (int) ranked(samples, SoakSample::threads, rank));
    }

    private static long ranked(List<SoakSample> samples, ToLongFunction<SoakSample> value, int rank) {
        return samples.stream().mapToLong(value).sorted().toArray()[rank];
    }

    /** Returns whether it exceeds an earlier one in any of the four by more than the margin. */
    boolean hasGrownSince(SoakSample earlier, SoakSample margin) {
        return heap > earlier.heap + margin.heap
                || direct > earlier.direct + margin.direct
                || descriptors > earlier.descriptors + margin.descriptors
                || threads > earlier.threads + margin.threads;
    }

    /** Returns the cells of a table. */
    String cells() {
        return String.format(
                Locale.ROOT, "%.1f | %.1f | %d | %d", heap / MEBIBYTE, direct / MEBIBYTE, descriptors, threads);
    }
}
