package dev.socketserver.pool;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A distribution of times as Micrometer meters: a timer with count and sum, and its histogram, as Micrometer names the
 * buckets where a registry has no histograms of its own: gauges {@code NAME.histogram} with the tag {@code le}, the
 * upper bound in seconds, which count what is not longer. In Prometheus, {@code histogram_quantile(0.99, sum by (le)
 * (rate(NAME_histogram[5m])))} is a percentile across replicas. Needs Micrometer on the class path, which is an
 * optional dependency. Thread-safe.
 *
 * @param <T> what has the times
 */
public final class TimeMeters<T> implements MeterBinder {
    /** The upper bounds of the buckets, before the last one, which has none. */
    static final List<Duration> BOUNDS = List.of(
            Duration.ofNanos(10_000),
            Duration.ofNanos(100_000),
            Duration.ofMillis(1),
            Duration.ofNanos(2_500_000),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(2_500),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(10));

    private static final double NANOS = 1e9;

    private final String name;
    private final Tags tags;
    private final String description;
    private final T source;
    private final Function<? super T, TimeDistribution> times;

    /**
     * Creates meters; {@link #bindTo} registers them.
     *
     * @param name the name of the timer
     * @param tags the tags of all meters
     * @param description what is measured
     * @param source what has the times; the meters do not keep it from being garbage-collected
     * @param times returns the times
     */
    public TimeMeters(
            String name, Tags tags, String description, T source, Function<? super T, TimeDistribution> times) {
        this.name = name;
        this.tags = tags;
        this.description = description;
        this.source = source;
        this.times = times;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Function<? super T, TimeDistribution> of = times; // the field would let the meters keep this, and the source
        FunctionTimer.builder(
                        name,
                        source,
                        s -> of.apply(s).count(),
                        s -> of.apply(s).total().toNanos(),
                        TimeUnit.NANOSECONDS)
                .tags(tags)
                .description(description)
                .register(registry);
        for (Duration bound : BOUNDS) {
            bucket(registry, seconds(bound), s -> of.apply(s).countUpTo(bound));
        }
        bucket(registry, "+Inf", s -> of.apply(s).count());
    }

    private void bucket(MeterRegistry registry, String bound, ToDoubleFunction<T> count) {
        Gauge.builder(name + ".histogram", source, count)
                .tags(tags.and("le", bound))
                .description(description)
                .register(registry);
    }

    private static String seconds(Duration bound) {
        return String.valueOf(bound.toNanos() / NANOS);
    }
}
