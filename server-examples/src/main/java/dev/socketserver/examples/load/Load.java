package dev.socketserver.examples.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One load run: connects every client, warms up, measures, and lets operations in progress end. {@link #run} may be
 * called once; {@link #stop} may be called from any thread.
 */
public final class Load {
    private static final Duration SHORTEST_SAMPLE = Duration.ofMillis(100);
    private static final Duration LONGEST_SAMPLE = Duration.ofSeconds(1);
    private static final int SAMPLES = 50;
    /** The maximum wait for answers after a run was stopped early, instead of the whole timeout. */
    private static final Duration EARLY_DRAIN = Duration.ofSeconds(1);
    /** A wait for answers that is longer than this is reported. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final LoadPlan plan;
    private final Supplier<@Nullable PoolSample> pool;
    /** Completed by {@link #stop}, and when a loop fails. */
    private final CompletableFuture<Void> stop = new CompletableFuture<>();

    private final List<ClientLoop> loops = new ArrayList<>();
    private final ClientStats total = new ClientStats();
    /** The statistics since the last sample; reused, since the histograms are large. */
    private final ClientStats interval = new ClientStats();

    private final List<Sample> samples = new ArrayList<>();

    /** Creates a run of {@code plan}; {@link #run} starts it. */
    public Load(LoadPlan plan) {
        this(plan, () -> null);
    }

    /**
     * Creates a run of {@code plan} that also records the state of the server's pool.
     *
     * @param pool called at the end of each interval for the pool's state at its beginning, null if unknown; must not
     *     block
     */
    public Load(LoadPlan plan, Supplier<@Nullable PoolSample> pool) {
        this.plan = plan;
        this.pool = pool;
    }

    /** Ends the run early; it still returns its result. */
    public void stop() {
        stop.complete(null);
    }

    /**
     * Runs the plan, and notifies {@code listener} of the progress.
     *
     * @throws IOException if the client itself fails, for example for lack of descriptors; failures of the server are
     *     part of the result
     */
    public LoadResult run(LoadListener listener) throws IOException, InterruptedException {
        ClientLimits.requireDescriptors(plan);
        ExecutorService threads = Executors.newFixedThreadPool(plan.loops(), threadNames());
        try {
            for (int i = 0; i < plan.loops(); i++) {
                loops.add(new ClientLoop(plan, i));
            }
            return measure(
                    listener,
                    CompletableFuture.allOf(loops.stream()
                            .map(loop ->
                                    CompletableFuture.runAsync(loop, threads).whenComplete(this::loopEnded))
                            .toArray(CompletableFuture[]::new)));
        } finally {
            drain(Duration.ZERO);
            threads.shutdown();
        }
    }

    /** A failed loop leaves its measurements missing, so the run has no result. */
    private void loopEnded(@Nullable Void nothing, @Nullable Throwable failure) {
        if (failure != null) {
            stop();
        }
    }

    private static ThreadFactory threadNames() {
        var number = new AtomicInteger();
        return task -> {
            var thread = new Thread(task, "load-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private LoadResult measure(LoadListener listener, CompletableFuture<Void> running)
            throws IOException, InterruptedException {
        awaitSettled();
        long begin = System.nanoTime();
        loops.forEach(loop -> loop.begin(begin));
        long measured = warmUp(begin, listener);
        total.clear();
        samples.clear();
        long[] cpuBefore = cpuNanos();
        double seconds = (sample(false, measured, plan.duration(), listener) - measured) / 1e9;
        double busiest = busiest(cpuBefore, cpuNanos(), seconds);
        boolean early = stop.isDone();
        long operations = total.successes();
        long sent = total.bytesSent();
        long received = total.bytesReceived();
        awaitAnswers(early ? EARLY_DRAIN : plan.timeout(), early, listener, running);
        takeStats(Population.MAIN, total);
        var idle = new ClientStats();
        var slow = new ClientStats();
        takeStats(Population.IDLE, idle);
        takeStats(Population.SLOW, slow);
        List<String> limits = ClientLimits.of(plan, busiest, total, idle, slow);
        return new LoadResult(
                plan, seconds, operations, sent, received, total, idle, slow, List.copyOf(samples), limits, early);
    }

    /** Warms up; returns when the measurement begins. */
    private long warmUp(long begin, LoadListener listener) throws InterruptedException {
        long end = sample(true, begin, plan.warmup(), listener);
        if (!plan.separatesWarmup()) {
            return end;
        }
        CompletableFuture<?> warm =
                CompletableFuture.allOf(loops.stream().map(ClientLoop::warm).toArray(CompletableFuture[]::new));
        await(CompletableFuture.anyOf(stop, warm), plan.timeout().plus(PATIENCE));
        takeStats(Population.MAIN, total); // of the warm-up
        loops.forEach(ClientLoop::measure);
        return System.nanoTime();
    }

    /** Gives every client time to connect; those that take longer connect during the measurement. */
    private void awaitSettled() throws InterruptedException {
        long until = System.nanoTime() + plan.timeout().toNanos();
        for (ClientLoop loop : loops) {
            while (!loop.awaitSettled(SHORTEST_SAMPLE.toNanos()) && !stop.isDone()) {
                if (System.nanoTime() - until > 0) {
                    return;
                }
            }
        }
    }

    /** Takes samples from {@code begin} for {@code duration}; returns the end of the last one. */
    private long sample(boolean warmup, long begin, Duration duration, LoadListener listener)
            throws InterruptedException {
        CompletableFuture<?> ended = CompletableFuture.anyOf(stop, exhausted());
        long step = Math.min(
                LONGEST_SAMPLE.toNanos(),
                Math.max(SHORTEST_SAMPLE.toNanos(), plan.duration().toNanos() / SAMPLES));
        long end = begin + duration.toNanos();
        long last = begin;
        boolean over = stop.isDone();
        while (!over && last < end) {
            boolean almostOver = end - last < step + step / 2; // avoids a tiny interval at the end
            over = await(ended, Duration.ofNanos(almostOver ? end - last : step));
            long now = System.nanoTime();
            interval.clear();
            takeStats(Population.MAIN, interval);
            total.add(interval);
            Sample sample = Sample.of(interval, (now - begin) / 1e9, (now - last) / 1e9, pool.get());
            samples.add(sample);
            listener.sampled(sample, warmup);
            last = now;
        }
        return last;
    }

    private CompletableFuture<Void> exhausted() {
        return CompletableFuture.allOf(loops.stream().map(ClientLoop::exhausted).toArray(CompletableFuture[]::new));
    }

    private void takeStats(Population population, ClientStats tally) {
        loops.forEach(loop -> loop.stats(population).drainTo(tally));
    }

    private void drain(Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        loops.forEach(loop -> loop.drain(until));
    }

    /** Waits for operations in progress; {@link #stop} ends this wait early. */
    private void awaitAnswers(Duration limit, boolean early, LoadListener listener, CompletableFuture<Void> running)
            throws IOException, InterruptedException {
        drain(limit);
        if (!early) {
            CompletableFuture<Object> over = CompletableFuture.anyOf(stop, running);
            if (!await(over, PATIENCE)) {
                listener.awaitingAnswers(limit.minus(PATIENCE));
                await(over, limit);
            }
            if (stop.isDone()) {
                drain(Duration.ZERO);
            }
        }
        try {
            running.get();
        } catch (ExecutionException e) {
            throw new IOException("a client loop failed: " + e.getCause(), e.getCause());
        }
    }

    /** Waits for {@code event}; returns whether it occurred in time. */
    private static boolean await(CompletableFuture<?> event, Duration limit) throws InterruptedException {
        try {
            event.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // the caller waits for the event again and reports the failure
        }
    }

    private long[] cpuNanos() {
        return loops.stream().mapToLong(ClientLoop::cpuNanos).toArray();
    }

    private static double busiest(long[] before, long[] after, double seconds) {
        double busiest = 0;
        for (int i = 0; i < before.length; i++) {
            busiest = Math.max(busiest, Sample.perSecond(after[i] - before[i], seconds) / 1e9);
        }
        return busiest;
    }
}
