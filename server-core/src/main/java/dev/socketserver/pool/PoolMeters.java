package dev.socketserver.pool;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of a pool as Micrometer meters, named {@code elastic.pool.*}, with the pool's name as the tag
 * {@code pool}; also those that Micrometer has for every executor, {@code executor} and {@code executor.*}, with the
 * tag {@code name}. Needs Micrometer on the class path, which is an optional dependency. Thread-safe.
 */
public final class PoolMeters implements MeterBinder {
    private static final String PREFIX = "elastic.pool.";

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
        bindTimes(registry, "wait", "how long tasks waited from submission to start", PoolSnapshot::waitTime);
        bindTimes(registry, "run", "how long tasks ran", PoolSnapshot::runTime);
        bindExecutor(registry);
    }

    private void bindWorkers(MeterRegistry registry) {
        String workers = "workers, by what they do";
        gauge(registry, "workers", tags.and("state", "starting"), workers, PoolSnapshot::starting);
        gauge(registry, "workers", tags.and("state", "idle"), workers, PoolSnapshot::idle);
        gauge(registry, "workers", tags.and("state", "busy"), workers, PoolSnapshot::busy);
        gauge(registry, "workers.stuck", tags, "workers whose task is stuck", PoolSnapshot::stuck);
        Gauge.builder(PREFIX + "workers.max", pool, p -> p.config().maxWorkers())
                .tags(tags)
                .description("maximum number of workers")
                .register(registry);
        String failures = "failed attempts to start a worker";
        counter(registry, "workers.start.failures", tags, failures, PoolSnapshot::startFailures);
        for (StartReason why : StartReason.values()) {
            counter(
                    registry,
                    "workers.started",
                    reason(why),
                    "workers started",
                    s -> s.startsByReason().getOrDefault(why, 0L));
        }
        for (RetireReason why : RetireReason.values()) {
            counter(
                    registry,
                    "workers.retired",
                    reason(why),
                    "workers retired",
                    s -> s.retirementsByReason().getOrDefault(why, 0L));
        }
    }

    private void bindTasks(MeterRegistry registry) {
        gauge(registry, "queue.size", tags, "tasks waiting in the queue", PoolSnapshot::queued);
        String blocked = "threads waiting for room in the queue";
        gauge(registry, "queue.blocked.submitters", tags, blocked, PoolSnapshot::blockedSubmitters);
        String overloaded = "1 while ADAPTIVE considers the pool overloaded, otherwise 0";
        gauge(registry, "overloaded", tags, overloaded, s -> s.overloaded() ? 1 : 0);
        String dispatched = "tasks handed directly to a worker, or sent through the queue";
        counter(registry, "tasks.dispatched", tags.and("way", "handoff"), dispatched, PoolSnapshot::handedOff);
        counter(registry, "tasks.dispatched", tags.and("way", "queue"), dispatched, PoolSnapshot::enqueued);
        counter(registry, "tasks.completed", tags, "tasks completed", PoolSnapshot::completed);
        counter(registry, "tasks.stuck", tags, "tasks reported as stuck", PoolSnapshot::stuckTasks);
        for (RejectionReason why : RejectionReason.values()) {
            counter(
                    registry,
                    "tasks.rejected",
                    reason(why),
                    "tasks rejected or dropped without running",
                    s -> s.rejectionsByReason().getOrDefault(why, 0L));
        }
        String oldest = "how long the oldest queued task has waited";
        time(registry, "queue.oldest", tags, oldest, s -> s.oldestWait().toNanos());
    }

    /** Binds what Micrometer's {@code ExecutorServiceMetrics} calls the metrics of a thread pool. */
    private void bindExecutor(MeterRegistry registry) {
        executor(
                registry,
                "active",
                BaseUnits.THREADS,
                "workers running a task",
                p -> p.snapshot().busy());
        executor(
                registry,
                "queued",
                BaseUnits.TASKS,
                "tasks waiting in the queue",
                p -> p.snapshot().queued());
        executor(
                registry,
                "queue.remaining",
                BaseUnits.TASKS,
                "tasks that the queue has room for",
                p -> Math.max(0, p.config().queueCapacity() - p.snapshot().queued()));
        FunctionCounter.builder("executor.completed", pool, p -> p.snapshot().completed())
                .tags(executorTags())
                .baseUnit(BaseUnits.TASKS)
                .description("tasks completed")
                .register(registry);
        bindExecutorSize(registry);
        executorTimes(registry, "executor", "how long tasks ran", PoolSnapshot::runTime);
        executorTimes(registry, "executor.idle", "how long tasks waited", PoolSnapshot::waitTime);
    }

    private void bindExecutorSize(MeterRegistry registry) {
        executor(
                registry,
                "pool.size",
                BaseUnits.THREADS,
                "workers",
                p -> p.snapshot().size());
        executor(
                registry,
                "pool.core",
                BaseUnits.THREADS,
                "minimum number of workers",
                p -> p.config().minWorkers());
        executor(
                registry,
                "pool.max",
                BaseUnits.THREADS,
                "maximum number of workers",
                p -> p.config().maxWorkers());
    }

    private void executor(
            MeterRegistry registry,
            String name,
            String unit,
            String description,
            ToDoubleFunction<ElasticThreadPool> figure) {
        Gauge.builder("executor." + name, pool, figure)
                .tags(executorTags())
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    private void executorTimes(
            MeterRegistry registry, String name, String description, Function<PoolSnapshot, TimeDistribution> times) {
        FunctionTimer.builder(
                        name,
                        pool,
                        p -> times.apply(p.snapshot()).count(),
                        p -> times.apply(p.snapshot()).total().toNanos(),
                        TimeUnit.NANOSECONDS)
                .tags(executorTags())
                .description(description)
                .register(registry);
    }

    private Tags executorTags() {
        return Tags.of("name", pool.config().name()); // and no other: in Prometheus, all executors need the same keys
    }

    private void bindTimes(
            MeterRegistry registry, String kind, String description, Function<PoolSnapshot, TimeDistribution> times) {
        for (double percent : new double[] {50, 99, 99.9}) {
            Tags share = tags.and("percentile", String.valueOf(percent));
            time(
                    registry,
                    "tasks." + kind,
                    share,
                    description,
                    s -> times.apply(s).percentile(percent).toNanos());
        }
        String name = PREFIX + "tasks." + kind + ".duration";
        new TimeMeters<>(name, tags, description, pool, p -> times.apply(p.snapshot())).bindTo(registry);
    }

    private Tags reason(Enum<?> why) {
        return tags.and("reason", why.name().toLowerCase(Locale.ROOT));
    }

    private void gauge(
            MeterRegistry registry, String name, Tags with, String description, ToDoubleFunction<PoolSnapshot> figure) {
        Gauge.builder(PREFIX + name, pool, p -> figure.applyAsDouble(p.snapshot()))
                .tags(with)
                .description(description)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, Tags with, String description, ToDoubleFunction<PoolSnapshot> figure) {
        FunctionCounter.builder(PREFIX + name, pool, p -> figure.applyAsDouble(p.snapshot()))
                .tags(with)
                .description(description)
                .register(registry);
    }

    private void time(
            MeterRegistry registry, String name, Tags with, String description, ToDoubleFunction<PoolSnapshot> nanos) {
        TimeGauge.builder(PREFIX + name, pool, TimeUnit.NANOSECONDS, p -> nanos.applyAsDouble(p.snapshot()))
                .tags(with)
                .description(description)
                .register(registry);
    }
}
