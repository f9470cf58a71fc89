package dev.socketserver;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.PoolJmx;
import dev.socketserver.pool.PoolMeters;
import dev.socketserver.pool.PoolSnapshot;
import dev.socketserver.pool.RejectionReason;
import dev.socketserver.pool.RetireReason;
import dev.socketserver.pool.StartReason;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page on observation lists what there is to be observed, and nothing else. */
@Timeout(60)
class ObservationPageTest {
    private static final MarkdownPage PAGE = MarkdownPage.of("src/site/markdown/observation.md");

    private static Set<String> rows(String heading) {
        assertThat(PAGE.table(heading).values())
                .allSatisfy(cells -> assertThat(cells.get(cells.size() - 1)).isNotBlank());
        return PAGE.table(heading).keySet();
    }

    private static List<String> figures(Class<? extends Record> snapshot) {
        return Arrays.stream(snapshot.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    @Test
    void everyMethodOfTheListener() {
        assertThat(rows("The listener"))
                .extracting(call -> call.replaceFirst("\\(.*", ""))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ServerListener.class.getDeclaredMethods())
                        .filter(Method::isDefault)
                        .map(Method::getName)
                        .toList());
    }

    @Test
    void everyFigure() {
        assertThat(rows("Figures of a server")).containsExactlyElementsOf(figures(ServerSnapshot.class));
        assertThat(rows("Figures of a pool")).containsExactlyElementsOf(figures(PoolSnapshot.class));
    }

    @Test
    void everyReason() {
        assertThat(rows("Reasons"))
                .containsExactlyElementsOf(
                        Stream.of(Rejection.class, StartReason.class, RetireReason.class, RejectionReason.class)
                                .flatMap(type -> Arrays.stream(type.getEnumConstants()))
                                .map(why -> why.getDeclaringClass().getSimpleName() + "." + why.name())
                                .toList());
    }

    @Test
    void everyAttributeThatCanBeSet() throws Exception {
        try (var pool = new ElasticThreadPool(PoolConfig.defaults());
                PoolJmx jmx = PoolJmx.register(pool)) {
            var attributes = ManagementFactory.getPlatformMBeanServer()
                    .getMBeanInfo(jmx.name())
                    .getAttributes();
            assertThat(rows("JMX"))
                    .containsExactlyElementsOf(Arrays.stream(attributes)
                            .filter(MBeanAttributeInfo::isWritable)
                            .map(MBeanAttributeInfo::getName)
                            .toList());
        }
    }

    @Test
    void everyEventWithItsFields() {
        Map<String, String> events = new TreeMap<>();
        List<Class<?>> all = Stream.of("dev.socketserver.pool.PoolEvents", "dev.socketserver.internal.run.ServerEvents")
                .<Class<?>>mapMulti((name, found) -> declaredClasses(name).forEach(found))
                .toList();
        for (Class<?> event : all) {
            if (event.isAnnotationPresent(Name.class)) {
                String fields = Stream.of(event.getSuperclass(), event)
                        .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                        .filter(field -> field.isAnnotationPresent(Label.class)) // and was not woven in by the recorder
                        .map(Field::getName)
                        .collect(joining(", "));
                events.put(event.getAnnotation(Name.class).value(), fields);
            }
        }

        assertThat(cells("Flight Recorder", cells -> cells.get(1))).isEqualTo(events);
    }

    private static List<Class<?>> declaredClasses(String name) {
        try {
            return List.of(Class.forName(name).getDeclaredClasses());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }

    @Test
    void everyAttributeOfAServer() throws Exception {
        try (var server = new UdpServer(0, DatagramRequestHandler.of((in, out) -> {}));
                ServerJmx jmx = ServerJmx.register(server)) {
            assertThat(rows("JMX of a server"))
                    .containsExactlyElementsOf(Arrays.stream(ManagementFactory.getPlatformMBeanServer()
                                    .getMBeanInfo(jmx.name())
                                    .getAttributes())
                            .map(MBeanAttributeInfo::getName)
                            .toList());
        }
    }

    private static Map<String, String> cells(String heading, Function<List<String>, String> shown) {
        Map<String, String> column = new TreeMap<>();
        PAGE.table(heading).forEach((row, cells) -> column.put(row, shown.apply(cells)));
        return column;
    }

    @Test
    void everyMeterOfAServerWithItsTags() {
        Map<String, String> documented = documentedMeters("Meters of a server");
        Map<String, String> all = new TreeMap<>();
        try (var server = new UdpServer(0, DatagramRequestHandler.of((in, out) -> {}))) {
            all.putAll(meters(new ServerMeters(server), "server"));
        }
        try (var server = new TcpServer(0, StreamRequestHandler.of((in, out) -> {}))) {
            Map<String, String> streams = meters(new ServerMeters(server), "server");
            assertThat(streams).doesNotContainKey("socket.server.system.drops");
            all.putAll(streams);
        }
        assertThat(documented).isEqualTo(all);
    }

    @Test
    void everyMeterOfAPoolWithItsTags() {
        try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
            assertThat(documentedMeters("Meters of a pool")).isEqualTo(meters(new PoolMeters(pool), "pool"));
        }
    }

    private static Map<String, String> documentedMeters(String heading) {
        return cells(heading, cells -> cells.get(1) + " | " + cells.get(2));
    }

    /** Returns the tags, but for the one that all meters have, and the kind of each meter, as the page writes them. */
    private static Map<String, String> meters(MeterBinder binder, String commonTag) {
        var registry = new SimpleMeterRegistry();
        binder.bindTo(registry);
        Map<String, Map<String, Set<String>>> tags = new TreeMap<>();
        Map<String, String> meters = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            if (!id.getName().startsWith("executor")) { // which have the tags that Micrometer gives them
                assertThat(id.getTag(commonTag)).as("%s of %s", commonTag, id).isNotNull();
            }
            Map<String, Set<String>> known = tags.computeIfAbsent(id.getName(), name -> new TreeMap<>());
            for (Tag tag : id.getTags()) {
                if (!tag.getKey().equals(commonTag)) {
                    known.computeIfAbsent(tag.getKey(), key -> new TreeSet<>()).add(tag.getValue());
                }
            }
            meters.put(id.getName(), shown(known) + " | " + kind(id));
        }
        return meters;
    }

    private static String shown(Map<String, Set<String>> tags) {
        return tags.entrySet().stream()
                .map(tag -> tag.getKey() + ": " + String.join(", ", tag.getValue()))
                .collect(joining("; "));
    }

    private static String kind(Meter.Id id) {
        String kind = id.getType().name().toLowerCase(Locale.ROOT);
        return id.getBaseUnit() == null ? kind : kind + ", " + id.getBaseUnit();
    }
}
