package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.socketserver.peer.Polling;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.InvalidAttributeValueException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ObservationTest {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    @Test
    void waitAndRunTimesAreMeasured() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1))) {
            it.submit(2, Duration.ofMillis(10));
            it.machine.advance(Duration.ofSeconds(1));
            PoolSnapshot snapshot = it.snapshot();
            assertThat(snapshot.runTime().count()).isEqualTo(2);
            assertThat(snapshot.runTime().longest()).isEqualTo(Duration.ofMillis(10));
            assertThat(snapshot.waitTime().longest()).isEqualTo(Duration.ofMillis(10));
            assertThat(snapshot.waitTime().percentile(50)).isZero();
            assertThat(snapshot.peakQueued()).isEqualTo(1);
            assertThat(snapshot.handedOff()).isEqualTo(1);
            assertThat(snapshot.enqueued()).isEqualTo(1);
        }
    }

    @Test
    void startsAndEndsAreCountedByReason() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).minSpareWorkers(0))) {
            it.submit(1, Duration.ofHours(1));
            it.machine.settle();
            it.submit(1, Duration.ofMillis(1));
            it.machine.advance(Duration.ofSeconds(1));
            it.submit(1, Duration.ofMillis(20));
            it.machine.settle();
            it.submit(4, Duration.ofMillis(20));
            it.machine.advance(Duration.ofMinutes(1));
            assertThat(it.snapshot().startsByReason())
                    .containsEntry(StartReason.MINIMUM, 1L)
                    .hasEntrySatisfying(
                            StartReason.AGE, count -> assertThat(count).isPositive())
                    .hasEntrySatisfying(
                            StartReason.DEPTH, count -> assertThat(count).isPositive());
            assertThat(it.snapshot().retirementsByReason())
                    .containsEntry(RetireReason.SURPLUS, it.snapshot().started() - 1);
        }
    }

    @Test
    void jmxShowsAndChangesThePool() throws Exception {
        ObjectName name;
        PoolConfig config = PoolConfig.builder().name("a \"b\"").build();
        try (var pool = new ElasticThreadPool(config);
                PoolJmx jmx = PoolJmx.register(pool)) {
            name = jmx.name();
            assertThat(SERVER.getAttribute(jmx.name(), "MaxWorkers")).isEqualTo(100);
            SERVER.setAttribute(jmx.name(), new Attribute("MaxWorkers", 50));
            SERVER.setAttribute(jmx.name(), new Attribute("IdleWindowMillis", 700L));
            SERVER.setAttribute(jmx.name(), new Attribute("OverloadPolicy", "ADAPTIVE"));
            assertThat(pool.config().maxWorkers()).isEqualTo(50);
            assertThat(pool.config().idleWindow()).isEqualTo(Duration.ofMillis(700));
            assertThat(pool.config().overloadPolicy()).isEqualTo(OverloadPolicy.ADAPTIVE);
            assertThatExceptionOfType(RuntimeMBeanException.class)
                    .isThrownBy(() -> SERVER.setAttribute(jmx.name(), new Attribute("MinWorkers", 51)))
                    .withCauseInstanceOf(IllegalArgumentException.class);
            assertThatExceptionOfType(RuntimeMBeanException.class)
                    .isThrownBy(() -> SERVER.setAttribute(jmx.name(), new Attribute("OverloadPolicy", "reject")))
                    .havingCause()
                    .withMessage("OverloadPolicy must be one of [BLOCK, REJECT, SHED_OLDEST, ADAPTIVE]: reject");
            assertThatExceptionOfType(AttributeNotFoundException.class)
                    .isThrownBy(() -> SERVER.setAttribute(jmx.name(), new Attribute("Size", 7)));
            assertThatExceptionOfType(AttributeNotFoundException.class)
                    .isThrownBy(() -> SERVER.getAttribute(jmx.name(), "Colour"));
            assertThatExceptionOfType(InvalidAttributeValueException.class)
                    .isThrownBy(() -> SERVER.setAttribute(jmx.name(), new Attribute("MinWorkers", "7")));
            assertThat(SERVER.getAttributes(jmx.name(), new String[] {"MinWorkers", "Colour", "OverloadPolicy"})
                            .asList())
                    .containsExactly(new Attribute("MinWorkers", 5), new Attribute("OverloadPolicy", "ADAPTIVE"));
            AttributeList wanted = new AttributeList(List.of(new Attribute("MinWorkers", 6), new Attribute("Size", 7)));
            assertThat(SERVER.setAttributes(jmx.name(), wanted).asList())
                    .containsExactly(new Attribute("MinWorkers", 6));
            assertThat(pool.config().minWorkers()).isEqualTo(6);
            var waits = (CompositeData) SERVER.getAttribute(jmx.name(), "WaitTimeMicros");
            assertThat(waits.getCompositeType().keySet()).containsExactlyInAnyOrder("p50", "p99", "p99.9", "max");
            assertThat(SERVER.getMBeanInfo(jmx.name()).getAttributes())
                    .extracting(MBeanAttributeInfo::getDescription)
                    .doesNotHaveDuplicates()
                    .noneMatch(String::isBlank);
            for (var attribute : SERVER.getMBeanInfo(jmx.name()).getAttributes()) {
                assertThat(SERVER.getAttribute(jmx.name(), attribute.getName()))
                        .as(attribute.getName())
                        .isNotNull();
            }
            assertThatIllegalStateException().isThrownBy(() -> PoolJmx.register(pool));
        }
        assertThat(SERVER.isRegistered(name)).isFalse();
    }

    @Test
    void aRegistrationThatIsClosedTwiceRemovesNoOther() throws Exception {
        PoolConfig config = PoolConfig.builder().name("twice").build();
        try (var first = new ElasticThreadPool(config);
                var second = new ElasticThreadPool(config)) {
            PoolJmx old = PoolJmx.register(first);
            old.close();
            try (PoolJmx current = PoolJmx.register(second)) {
                old.close();
                assertThat(SERVER.isRegistered(current.name())).isTrue();
            }
            assertThat(SERVER.isRegistered(old.name())).isFalse();
        }
    }

    @Test
    void aRegistrationThatSomebodyElseRemovedRemovesNoOther() throws Exception {
        PoolConfig config = PoolConfig.builder().name("twice").build();
        try (var first = new ElasticThreadPool(config);
                var second = new ElasticThreadPool(config)) {
            PoolJmx old = PoolJmx.register(first);
            SERVER.unregisterMBean(old.name());
            try (PoolJmx current = PoolJmx.register(second)) {
                old.close();
                assertThat(SERVER.isRegistered(current.name())).isTrue();
            }
        }
    }

    @Test
    void metersFollowThePool() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (var pool =
                new ElasticThreadPool(PoolConfig.builder().name("metered").build())) {
            new PoolMeters(pool).bindTo(registry);
            pool.execute(() -> {});
            pool.join();
            assertThat(registry.get("elastic.pool.tasks.completed")
                            .tag("pool", "metered")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            Gauge idle =
                    registry.get("elastic.pool.workers").tag("state", "idle").gauge();
            assertThat(Polling.await(() -> idle.value() == 5))
                    .as("all have started")
                    .isTrue();
            assertThat(registry.getMeters()).hasSizeGreaterThan(30);
        }
    }

    @Test
    void metersLastAsLongAsTheViewOfAPool() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        ExecutorService view = meteredView(registry);
        assertThat(isCollected(new WeakReference<>(new Object()))).isTrue();
        assertThat(registry.get("elastic.pool.workers.max").gauge().value()).isEqualTo(100);
        view.shutdown();
        assertThat(view.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void metersDoNotKeepAPoolInMemory() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        assertThat(isCollected(closed(registry))).isTrue();
        assertThat(registry.getMeters()).isNotEmpty();
    }

    private static WeakReference<ElasticThreadPool> closed(MeterRegistry registry) {
        try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
            new PoolMeters(pool).bindTo(registry);
            return new WeakReference<>(pool);
        }
    }

    private static boolean isCollected(WeakReference<?> reference) throws Exception {
        return Polling.await(() -> {
            System.gc();
            return reference.get() == null;
        });
    }

    private static ExecutorService meteredView(MeterRegistry registry) {
        var pool = new ElasticThreadPool(PoolConfig.defaults());
        new PoolMeters(pool).bindTo(registry);
        return pool.asExecutorService();
    }

    /** A registry of Prometheus drops a meter whose keys are not those of the first one of its name. */
    @Test
    void theMetersOfEveryExecutorHaveTheSameKeysAsMicrometersOwn() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        SimpleMeterRegistry micrometers = new SimpleMeterRegistry();
        try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
            var jdks = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
            ExecutorServiceMetrics.monitor(micrometers, jdks, "jdks");
            new PoolMeters(pool).bindTo(registry);
            assertThat(executorKeys(registry)).isEqualTo(executorKeys(micrometers));
        }
    }

    private static Map<String, List<String>> executorKeys(MeterRegistry registry) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith("executor"))
                .collect(Collectors.toMap(
                        Meter.Id::getName,
                        id -> id.getTags().stream().map(Tag::getKey).toList()));
    }

    @Test
    void theFlightRecorderSeesWorkersWaitsRejectionsAndStuckTasks(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pool.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1)
                    .maxWorkers(1)
                    .queueCapacity(1)
                    .stuckAfter(Duration.ofMillis(50))
                    .overloadPolicy(OverloadPolicy.SHED_OLDEST))) {
                it.submit(3, Duration.ofMillis(100));
                it.machine.advance(Duration.ofSeconds(1));
                it.pool.shutdown();
                it.machine.settle();
            }
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        Map<String, Long> counts = events.stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.socketserver."))
                .collect(Collectors.groupingBy(
                        event -> event.getEventType().getName().substring("dev.socketserver.".length()),
                        Collectors.counting()));
        assertThat(counts)
                .containsEntry("WorkerStarted", 1L)
                .containsEntry("WorkerRetired", 1L)
                .containsEntry("TaskRejected", 1L)
                .containsEntry("LongQueueWait", 1L)
                .containsEntry("TaskStuck", 2L);
    }

    @Test
    void anAttributeCannotBeSetToNothing() throws Exception {
        PoolConfig config = PoolConfig.builder().name("null").build();
        try (var pool = new ElasticThreadPool(config);
                PoolJmx jmx = PoolJmx.register(pool)) {
            for (String name : List.of("MaxWorkers", "IdleWindowMillis", "OverloadPolicy")) {
                assertThatExceptionOfType(InvalidAttributeValueException.class)
                        .isThrownBy(() -> SERVER.setAttribute(jmx.name(), new Attribute(name, null)));
            }
            AttributeList wanted =
                    new AttributeList(List.of(new Attribute("MaxWorkers", null), new Attribute("MinWorkers", 6)));
            assertThat(SERVER.setAttributes(jmx.name(), wanted).asList())
                    .containsExactly(new Attribute("MinWorkers", 6));
            assertThat(pool.config()).isEqualTo(config.toBuilder().minWorkers(6).build());
        }
    }

    @Test
    void anAttributeThatIsSetMeanwhileIsNotSetBack() throws Exception {
        PoolConfig config = PoolConfig.builder().name("meanwhile").build();
        try (var pool = new ElasticThreadPool(config);
                PoolJmx jmx = PoolJmx.register(pool)) {
            List<FutureTask<Boolean>> setters = Stream.of("MinSpareWorkers", "QueueThreshold", "StuckCompensation")
                    .map(name -> new FutureTask<>(() -> staysAsSet(jmx.name(), name)))
                    .toList();
            setters.forEach(setter -> new Thread(setter).start());
            assertThat(setters).allMatch(setter -> {
                try {
                    return setter.get(30, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    private static boolean staysAsSet(ObjectName pool, String attribute) throws Exception {
        boolean stays = true;
        for (int value = 0; value < 2_000; value++) {
            SERVER.setAttribute(pool, new Attribute(attribute, value));
            stays &= SERVER.getAttribute(pool, attribute).equals(value);
        }
        return stays;
    }
}
