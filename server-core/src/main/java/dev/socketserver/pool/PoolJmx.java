package dev.socketserver.pool;

import dev.socketserver.internal.util.NamedBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.InvalidAttributeValueException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import org.jspecify.annotations.Nullable;

/**
 * Exposes an elastic pool in JMX until closed. Setting an attribute changes the configuration immediately, like
 * {@link ElasticThreadPool#reconfigure}; a value that conflicts with the others is rejected. Thread-safe.
 */
public final class PoolJmx implements AutoCloseable {
    private final Bean bean;

    private PoolJmx(Bean bean) {
        this.bean = bean;
    }

    /**
     * Registers a pool as {@code dev.socketserver:type=ElasticThreadPool,name="NAME"} with the platform MBean server.
     *
     * @return the registration; closing it unregisters the pool, which keeps running
     * @throws IllegalStateException if a pool of that name is already registered
     */
    public static PoolJmx register(ElasticThreadPool pool) {
        var bean = new Bean(pool);
        bean.register("pool " + pool.config().name());
        return new PoolJmx(bean);
    }

    /** Returns the object name of the pool's MBean. */
    public ObjectName name() {
        return bean.name();
    }

    /** Unregisters the pool. Further calls do nothing; a later registration of the same name is not affected. */
    @Override
    public void close() {
        bean.unregister();
    }

    private static Attributes attributes() {
        Attributes attributes = new Attributes();
        addNumbers(attributes);
        addTimes(attributes);
        addFigures(attributes);
        return attributes;
    }

    private static void addNumbers(Attributes attributes) {
        attributes
                .option("MinWorkers", PoolConfig::minWorkers, (b, v) -> b.minWorkers(v), "minimum number of workers")
                .option("MaxWorkers", PoolConfig::maxWorkers, (b, v) -> b.maxWorkers(v), "maximum number of workers")
                .option(
                        "MinSpareWorkers",
                        PoolConfig::minSpareWorkers,
                        (b, v) -> b.minSpareWorkers(v),
                        "idle workers kept when the pool shrinks")
                .option(
                        "QueueThreshold",
                        PoolConfig::queueThreshold,
                        (b, v) -> b.queueThreshold(v),
                        "waiting tasks above which a worker is added")
                .option("QueueCapacity", PoolConfig::queueCapacity, (b, v) -> b.queueCapacity(v), "tasks that may wait")
                .option(
                        "StuckCompensation",
                        PoolConfig::stuckCompensation,
                        (b, v) -> b.stuckCompensation(v),
                        "workers beyond the maximum that may replace stuck ones");
    }

    private static void addTimes(Attributes attributes) {
        attributes
                .time(
                        "MaxQueueWait",
                        PoolConfig::maxQueueWait,
                        (b, v) -> b.maxQueueWait(v),
                        "wait before a worker is added")
                .time(
                        "IdleWindow",
                        PoolConfig::idleWindow,
                        (b, v) -> b.idleWindow(v),
                        "time before idle workers retire")
                .time(
                        "AdaptiveTarget",
                        PoolConfig::adaptiveTarget,
                        (b, v) -> b.adaptiveTarget(v),
                        "queue wait considered normal")
                .time(
                        "AdaptiveInterval",
                        PoolConfig::adaptiveInterval,
                        (b, v) -> b.adaptiveInterval(v),
                        "time for which every wait exceeds the target under overload")
                .time("StuckAfter", PoolConfig::stuckAfter, (b, v) -> b.stuckAfter(v), "run time of a stuck task")
                .policy(
                        "OverloadPolicy",
                        PoolConfig::overloadPolicy,
                        (b, v) -> b.overloadPolicy(v),
                        "policy for new tasks when the queue is full");
    }

    private static void addFigures(Attributes attributes) {
        attributes
                .figure("Overloaded", Boolean.class, PoolSnapshot::overloaded, "whether ADAPTIVE detects overload")
                .figure("Size", Integer.class, PoolSnapshot::size, "workers, starting ones included")
                .figure("Starting", Integer.class, PoolSnapshot::starting, "workers that are being started")
                .figure("Idle", Integer.class, PoolSnapshot::idle, "idle workers")
                .figure("Busy", Integer.class, PoolSnapshot::busy, "busy workers")
                .figure("Stuck", Integer.class, PoolSnapshot::stuck, "workers with a stuck task")
                .figure("PeakSize", Integer.class, PoolSnapshot::peakSize, "largest size so far")
                .figure("Queued", Integer.class, PoolSnapshot::queued, "waiting tasks")
                .figure("PeakQueued", Integer.class, PoolSnapshot::peakQueued, "most waiting tasks so far")
                .figure("OldestWaitMillis", Long.class, s -> s.oldestWait().toMillis(), "wait of the oldest task, ms")
                .figure(
                        "BlockedSubmitters",
                        Integer.class,
                        PoolSnapshot::blockedSubmitters,
                        "threads that wait for room in the queue")
                .figure("HandedOff", Long.class, PoolSnapshot::handedOff, "tasks given straight to an idle worker")
                .figure("Enqueued", Long.class, PoolSnapshot::enqueued, "tasks that went through the queue")
                .figure("Completed", Long.class, PoolSnapshot::completed, "tasks that have ended")
                .figure("StartFailures", Long.class, PoolSnapshot::startFailures, "failed attempts to start workers")
                .figure("StuckTasks", Long.class, PoolSnapshot::stuckTasks, "tasks reported as stuck")
                .reasons("StartsByReason", PoolSnapshot::startsByReason, "workers started, by reason")
                .reasons("RetirementsByReason", PoolSnapshot::retirementsByReason, "workers ended, by reason")
                .reasons("RejectionsByReason", PoolSnapshot::rejectionsByReason, "tasks not run, by reason")
                .times("WaitTimeMicros", PoolSnapshot::waitTime, "waits from submission to start, µs")
                .times("RunTimeMicros", PoolSnapshot::runTime, "run times, µs");
    }

    /** The attributes by their names. Immutable once built. */
    private static final class Attributes {
        private final Map<String, Entry<?>> entries = new LinkedHashMap<>();

        /** How an attribute is read and, if it is writable, how it changes a configuration. */
        private record Entry<T>(
                Class<T> type,
                String description,
                Function<ElasticThreadPool, T> reader,
                @Nullable BiFunction<PoolConfig.Builder, T, PoolConfig.Builder> setter) {

            PoolConfig.Builder set(PoolConfig.Builder config, Attribute wanted)
                    throws AttributeNotFoundException, InvalidAttributeValueException {
                if (setter == null) {
                    throw new AttributeNotFoundException("cannot be set: " + description);
                }
                Object value = wanted.getValue();
                if (!type.isInstance(value)) {
                    throw new InvalidAttributeValueException(
                            wanted.getName() + " must be a " + type.getSimpleName() + ": " + value);
                }
                return setter.apply(config, type.cast(value));
            }
        }

        Attributes option(
                String name,
                Function<PoolConfig, Integer> reader,
                BiFunction<PoolConfig.Builder, Integer, PoolConfig.Builder> setter,
                String description) {
            return add(name, new Entry<>(Integer.class, description, pool -> reader.apply(pool.config()), setter));
        }

        Attributes time(
                String name,
                Function<PoolConfig, Duration> reader,
                BiFunction<PoolConfig.Builder, Duration, PoolConfig.Builder> setter,
                String description) {
            Function<ElasticThreadPool, Long> millis =
                    pool -> reader.apply(pool.config()).toMillis();
            return add(
                    name + "Millis",
                    new Entry<>(
                            Long.class,
                            description + ", ms",
                            millis,
                            (config, value) -> setter.apply(config, Duration.ofMillis(value))));
        }

        Attributes policy(
                String name,
                Function<PoolConfig, OverloadPolicy> reader,
                BiFunction<PoolConfig.Builder, OverloadPolicy, PoolConfig.Builder> setter,
                String description) {
            return add(
                    name,
                    new Entry<>(
                            String.class,
                            description + ": " + Arrays.toString(OverloadPolicy.values()),
                            pool -> reader.apply(pool.config()).name(),
                            (config, value) -> setter.apply(config, policy(name, value))));
        }

        private static OverloadPolicy policy(String name, String wanted) {
            for (OverloadPolicy policy : OverloadPolicy.values()) {
                if (policy.name().equals(wanted)) {
                    return policy;
                }
            }
            throw new IllegalArgumentException(
                    name + " must be one of " + Arrays.toString(OverloadPolicy.values()) + ": " + wanted);
        }

        <T> Attributes figure(String name, Class<T> type, Function<PoolSnapshot, T> reader, String description) {
            return add(name, new Entry<>(type, description, pool -> reader.apply(pool.snapshot()), null));
        }

        Attributes reasons(String name, Function<PoolSnapshot, Map<? extends Enum<?>, Long>> reader, String what) {
            return figure(
                    name,
                    CompositeData.class,
                    snapshot -> {
                        Map<String, Long> counts = new LinkedHashMap<>();
                        reader.apply(snapshot).forEach((reason, count) -> counts.put(reason.name(), count));
                        return composite(what, counts);
                    },
                    what);
        }

        Attributes times(String name, Function<PoolSnapshot, TimeDistribution> reader, String what) {
            return figure(
                    name,
                    CompositeData.class,
                    snapshot -> {
                        TimeDistribution times = reader.apply(snapshot);
                        Map<String, Long> micros = new LinkedHashMap<>();
                        micros.put("p50", micros(times.percentile(50)));
                        micros.put("p99", micros(times.percentile(99)));
                        micros.put("p99.9", micros(times.percentile(99.9)));
                        micros.put("max", micros(times.longest()));
                        return composite(what, micros);
                    },
                    what);
        }

        private static long micros(Duration time) {
            return time.toNanos() / 1000;
        }

        private static CompositeData composite(String what, Map<String, Long> values) {
            String[] keys = values.keySet().toArray(String[]::new);
            OpenType<?>[] types = new OpenType<?>[keys.length];
            Arrays.fill(types, SimpleType.LONG);
            try {
                return new CompositeDataSupport(new CompositeType(what, what, keys, keys, types), values);
            } catch (OpenDataException e) {
                throw new IllegalStateException(what, e);
            }
        }

        private Attributes add(String name, Entry<?> entry) {
            entries.put(name, entry);
            return this;
        }

        Entry<?> get(String name) throws AttributeNotFoundException {
            Entry<?> entry = entries.get(name);
            if (entry == null) {
                throw new AttributeNotFoundException(name);
            }
            return entry;
        }

        MBeanInfo info() {
            MBeanAttributeInfo[] infos = entries.entrySet().stream()
                    .map(named -> {
                        Entry<?> entry = named.getValue();
                        String type = entry.type.getName();
                        boolean canBeSet = entry.setter != null;
                        return new MBeanAttributeInfo(named.getKey(), type, entry.description, true, canBeSet, false);
                    })
                    .toArray(MBeanAttributeInfo[]::new);
            return new MBeanInfo(ElasticThreadPool.class.getName(), "an elastic thread pool", infos, null, null, null);
        }
    }

    /** The MBean that JMX calls. Thread-safe. */
    private static final class Bean extends NamedBean {
        private static final Attributes ATTRIBUTES = attributes();

        private final ElasticThreadPool pool;

        Bean(ElasticThreadPool pool) {
            super("ElasticThreadPool", pool.config().name());
            this.pool = pool;
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            return ATTRIBUTES.info();
        }

        @Override
        public Object getAttribute(String name) throws AttributeNotFoundException {
            return ATTRIBUTES.get(name).reader.apply(pool);
        }

        /** One at a time: of two concurrent changes, the later one would revert the other. */
        @Override
        public synchronized void setAttribute(Attribute attribute)
                throws AttributeNotFoundException, InvalidAttributeValueException {
            PoolConfig.Builder config = pool.config().toBuilder();
            pool.reconfigure(
                    ATTRIBUTES.get(attribute.getName()).set(config, attribute).build());
        }

        @Override
        public Object invoke(String action, Object[] parameters, String[] signature) {
            throw new UnsupportedOperationException("a pool has no operation in JMX: " + action);
        }
    }
}
