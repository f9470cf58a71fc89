package dev.socketserver.pool;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of a pool as Micrometer meters, all named {@code elastic.pool.*} and tagged with the pool's name. Needs
 * Micrometer on the class path, which is an optional dependency. Thread-safe.
 */
public final class PoolMeters implements MeterBinder {
    private final ElasticThreadPool pool;
    private final Tags tags;

    /** Creates the meters of a pool; {@link #bindTo} registers them. */
    public PoolMeters(ElasticThreadPool pool) {
        this.pool = pool;
        this.tags = Tags.of("pool", pool.config().name());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bindWorkers(registry);
        bindTasks(registry);
        bindTimes(registry, "wait", PoolSnapshot::waitTime);
        bindTimes(registry, "run", PoolSnapshot::runTime);
    }

    private void bindWorkers(MeterRegistry registry) {
        gauge(registry, "workers", tags.and("state", "starting"), PoolSnapshot::starting);
        gauge(registry, "workers", tags.and("state", "idle"), PoolSnapshot::idle);
        gauge(registry, "workers", tags.and("state", "busy"), PoolSnapshot::busy);
        gauge(registry, "workers.stuck", tags, PoolSnapshot::stuck);
        Gauge.builder("elastic.pool.workers.max", pool, p -> p.config().maxWorkers())
                .tags(tags)
                .register(registry);
        counter(registry, "workers.start.failures", tags, PoolSnapshot::startFailures);
        for (StartReason why : StartReason.values()) {
            counter(
                    registry,
                    "workers.started",
                    reason(why),
                    s -> s.startsByReason().getOrDefault(why, 0L));
        }
        for (RetireReason why : RetireReason.values()) {
            counter(
                    registry,
                    "workers.retired",
                    reason(why),
                    s -> s.retirementsByReason().getOrDefault(why, 0L));
        }
    }

    private void bindTasks(MeterRegistry registry) {
        gauge(registry, "queue.size", tags, PoolSnapshot::queued);
        gauge(registry, "queue.blocked.submitters", tags, PoolSnapshot::blockedSubmitters);
        gauge(registry, "overloaded", tags, s -> s.overloaded() ? 1 : 0);
        counter(registry, "tasks.dispatched", tags.and("way", "handoff"), PoolSnapshot::handedOff);
        counter(registry, "tasks.dispatched", tags.and("way", "queue"), PoolSnapshot::enqueued);
        counter(registry, "tasks.completed", tags, PoolSnapshot::completed);
        counter(registry, "tasks.stuck", tags, PoolSnapshot::stuckTasks);
        for (RejectionReason why : RejectionReason.values()) {
            counter(
                    registry,
                    "tasks.rejected",
                    reason(why),
                    s -> s.rejectionsByReason().getOrDefault(why, 0L));
        }
        time(registry, "queue.oldest", tags, s -> s.oldestWait().toNanos());
    }

    private void bindTimes(MeterRegistry registry, String kind, Function<PoolSnapshot, TimeDistribution> times) {
        for (double percent : new double[] {50, 99, 99.9}) {
            Tags share = tags.and("percentile", String.valueOf(percent));
            time(
                    registry,
                    "tasks." + kind,
                    share,
                    s -> times.apply(s).percentile(percent).toNanos());
        }
    }

    private Tags reason(Enum<?> why) {
        return tags.and("reason", why.name().toLowerCase(Locale.ROOT));
    }

    private void gauge(MeterRegistry registry, String name, Tags with, ToDoubleFunction<PoolSnapshot> figure) {
        Gauge.builder("elastic.pool." + name, pool, p -> figure.applyAsDouble(p.snapshot()))
                .tags(with)
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, Tags with, ToDoubleFunction<PoolSnapshot> figure) {
        FunctionCounter.builder("elastic.pool." + name, pool, p -> figure.applyAsDouble(p.snapshot()))
                .tags(with)
                .register(registry);
    }

    private void time(MeterRegistry registry, String name, Tags with, ToDoubleFunction<PoolSnapshot> nanos) {
        TimeGauge.builder("elastic.pool." + name, pool, TimeUnit.NANOSECONDS, p -> nanos.applyAsDouble(p.snapshot()))
                .tags(with)
                .register(registry);
    }
}
