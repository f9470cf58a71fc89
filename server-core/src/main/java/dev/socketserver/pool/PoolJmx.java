package dev.socketserver.pool;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanRegistration;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Shows an elastic pool in JMX until closed. Thread-safe. */
public final class PoolJmx implements AutoCloseable {
    private final MBeanServer server;
    private final ObjectName name;
    private final Bean bean;

    private PoolJmx(MBeanServer server, ObjectName name, Bean bean) {
        this.server = server;
        this.name = name;
        this.bean = bean;
    }

    /**
     * Registers a pool as {@code dev.socketserver:type=ElasticThreadPool,name="NAME"} with the platform's server.
     *
     * @param pool the pool
     * @return the registration; closing it removes the pool from JMX and leaves it running
     * @throws IllegalStateException if a pool of that name is registered already
     */
    public static PoolJmx register(ElasticThreadPool pool) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        String key = ObjectName.quote(pool.config().name());
        try {
            ObjectName name = new ObjectName("dev.socketserver:type=ElasticThreadPool,name=" + key);
            Bean bean = new Bean(pool, new AtomicBoolean(true));
            server.registerMBean(bean, name);
            return new PoolJmx(server, name, bean);
        } catch (JMException e) {
            throw new IllegalStateException("pool " + pool.config().name() + " cannot be registered", e);
        }
    }

    /**
     * The name in JMX.
     *
     * @return the name
     */
    public ObjectName name() {
        return name;
    }

    /** Removes the pool from JMX, unless that was done already; another registration of the same name stays. */
    @Override
    public void close() {
        try {
            if (bean.registered.get()) {
                server.unregisterMBean(name);
            }
        } catch (InstanceNotFoundException e) {
            // Somebody else has just removed it.
        } catch (JMException e) {
            throw new IllegalStateException(name + " cannot be removed", e);
        }
    }

    /** What JMX calls. */
    private record Bean(ElasticThreadPool pool, AtomicBoolean registered)
            implements ElasticThreadPoolMXBean, MBeanRegistration {
        @Override
        public ObjectName preRegister(MBeanServer server, ObjectName name) {
            return name;
        }

        @Override
        public void postRegister(Boolean done) {}

        @Override
        public void preDeregister() {}

        @Override
        public void postDeregister() {
            registered.set(false);
        }

        private void change(UnaryOperator<PoolConfig.Builder> change) {
            pool.reconfigure(change.apply(pool.config().toBuilder()).build());
        }

        @Override
        public int getMinWorkers() {
            return pool.config().minWorkers();
        }

        @Override
        public void setMinWorkers(int value) {
            change(config -> config.minWorkers(value));
        }

        @Override
        public int getMaxWorkers() {
            return pool.config().maxWorkers();
        }

        @Override
        public void setMaxWorkers(int value) {
            change(config -> config.maxWorkers(value));
        }

        @Override
        public int getMinSpareWorkers() {
            return pool.config().minSpareWorkers();
        }

        @Override
        public void setMinSpareWorkers(int value) {
            change(config -> config.minSpareWorkers(value));
        }

        @Override
        public int getQueueThreshold() {
            return pool.config().queueThreshold();
        }

        @Override
        public void setQueueThreshold(int value) {
            change(config -> config.queueThreshold(value));
        }

        @Override
        public int getQueueCapacity() {
            return pool.config().queueCapacity();
        }

        @Override
        public void setQueueCapacity(int value) {
            change(config -> config.queueCapacity(value));
        }

        @Override
        public int getStuckCompensation() {
            return pool.config().stuckCompensation();
        }

        @Override
        public void setStuckCompensation(int value) {
            change(config -> config.stuckCompensation(value));
        }

        @Override
        public long getMaxQueueWaitMillis() {
            return pool.config().maxQueueWait().toMillis();
        }

        @Override
        public void setMaxQueueWaitMillis(long value) {
            change(config -> config.maxQueueWait(Duration.ofMillis(value)));
        }

        @Override
        public long getIdleWindowMillis() {
            return pool.config().idleWindow().toMillis();
        }

        @Override
        public void setIdleWindowMillis(long value) {
            change(config -> config.idleWindow(Duration.ofMillis(value)));
        }

        @Override
        public long getAdaptiveTargetMillis() {
            return pool.config().adaptiveTarget().toMillis();
        }

        @Override
        public void setAdaptiveTargetMillis(long value) {
            change(config -> config.adaptiveTarget(Duration.ofMillis(value)));
        }

        @Override
        public long getAdaptiveIntervalMillis() {
            return pool.config().adaptiveInterval().toMillis();
        }

        @Override
        public void setAdaptiveIntervalMillis(long value) {
            change(config -> config.adaptiveInterval(Duration.ofMillis(value)));
        }

        @Override
        public long getStuckAfterMillis() {
            return pool.config().stuckAfter().toMillis();
        }

        @Override
        public void setStuckAfterMillis(long value) {
            change(config -> config.stuckAfter(Duration.ofMillis(value)));
        }

        @Override
        public OverloadPolicy getOverloadPolicy() {
            return pool.config().overloadPolicy();
        }

        @Override
        public void setOverloadPolicy(OverloadPolicy value) {
            change(config -> config.overloadPolicy(value));
        }

        @Override
        public boolean isOverloaded() {
            return pool.snapshot().overloaded();
        }

        @Override
        public int getSize() {
            return pool.snapshot().size();
        }

        @Override
        public int getStarting() {
            return pool.snapshot().starting();
        }

        @Override
        public int getIdle() {
            return pool.snapshot().idle();
        }

        @Override
        public int getBusy() {
            return pool.snapshot().busy();
        }

        @Override
        public int getStuck() {
            return pool.snapshot().stuck();
        }

        @Override
        public int getPeakSize() {
            return pool.snapshot().peakSize();
        }

        @Override
        public int getQueued() {
            return pool.snapshot().queued();
        }

        @Override
        public int getPeakQueued() {
            return pool.snapshot().peakQueued();
        }

        @Override
        public long getOldestWaitMillis() {
            return pool.snapshot().oldestWait().toMillis();
        }

        @Override
        public int getBlockedSubmitters() {
            return pool.snapshot().blockedSubmitters();
        }

        @Override
        public long getHandedOff() {
            return pool.snapshot().handedOff();
        }

        @Override
        public long getEnqueued() {
            return pool.snapshot().enqueued();
        }

        @Override
        public long getCompleted() {
            return pool.snapshot().completed();
        }

        @Override
        public long getStartFailures() {
            return pool.snapshot().startFailures();
        }

        @Override
        public long getStuckTasks() {
            return pool.snapshot().stuckTasks();
        }

        @Override
        public Map<String, Long> getStartsByReason() {
            return byName(pool.snapshot().startsByReason());
        }

        @Override
        public Map<String, Long> getRetirementsByReason() {
            return byName(pool.snapshot().retirementsByReason());
        }

        @Override
        public Map<String, Long> getRejectionsByReason() {
            return byName(pool.snapshot().rejectionsByReason());
        }

        @Override
        public Map<String, Long> getWaitTimeMicros() {
            return micros(pool.snapshot().waitTime());
        }

        @Override
        public Map<String, Long> getRunTimeMicros() {
            return micros(pool.snapshot().runTime());
        }

        private static Map<String, Long> byName(Map<? extends Enum<?>, Long> counts) {
            return counts.entrySet().stream()
                    .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
        }

        private static Map<String, Long> micros(TimeDistribution times) {
            return Map.of(
                    "p50", times.percentile(50).toNanos() / 1000,
                    "p99", times.percentile(99).toNanos() / 1000,
                    "p99.9", times.percentile(99.9).toNanos() / 1000,
                    "max", times.longest().toNanos() / 1000);
        }
    }
}
