package dev.socketserver.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.Engine;
import dev.socketserver.ServerConfig;
import dev.socketserver.limit.PrefixLengths;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.limit.SourceLimits;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** What properties make of a server's options. */
@Timeout(60)
class SocketServerPropertiesTest {
    /** The options of servers that have no property of the same name, and why. */
    private static final Map<String, String> WITHOUT_PROPERTY = Map.of(
            "address", "is host and port, or path",
            "executor", "is an object, for a ServerConfigCustomizer",
            "framing", "belongs to the handler that reads the messages",
            "listener", "is an object, for a ServerConfigCustomizer",
            "socketOptions", "have values of any type, for a ServerConfigCustomizer",
            "tls", "is made of ssl");

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final ApplicationContextRunner contexts = new ApplicationContextRunner().withConfiguration(Contexts.main());

    private static ServerConfig config(String... properties) {
        return configs(properties).builder().build();
    }

    private static ServerConfig named(String name, String... properties) {
        return configs(properties).builder(name).build();
    }

    private static ServerConfigs configs(String... properties) {
        var source = new MapConfigurationPropertySource();
        for (String property : properties) {
            source.put(property.replaceFirst("=.*", ""), property.replaceFirst("[^=]*=", ""));
        }
        return ServerConfigs.of(new Binder(source), new DefaultSslBundleRegistry(), WorkerKind.PLATFORM, List.of());
    }

    /** Returns the names of the options of a configuration: its accessors. */
    private static Set<String> options(Class<?> config) {
        return Stream.of(config.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers())
                        && !Modifier.isStatic(method.getModifiers())
                        && method.getParameterCount() == 0)
                .map(Method::getName)
                .filter(name -> !Set.of("toBuilder", "hashCode", "toString").contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> properties(Class<? extends Record> type) {
        return Stream.of(type.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyOptionOfAServerHasAProperty() {
        Set<String> expected = options(ServerConfig.class);
        assertThat(expected).containsAll(WITHOUT_PROPERTY.keySet());
        expected.removeAll(WITHOUT_PROPERTY.keySet());
        expected.addAll(Set.of("host", "port", "path", "ssl"));
        assertThat(properties(SocketServerProperties.class)).isEqualTo(expected);
    }

    @Test
    void everyOptionOfAPoolHasAProperty() {
        assertThat(properties(PoolProperties.class)).isEqualTo(options(PoolConfig.class));
    }

    @Test
    void everyOptionOfSourceLimitsHasAProperty() {
        assertThat(properties(SourceLimitsProperties.class)).isEqualTo(properties(SourceLimits.class));
        assertThat(properties(RateProperties.class)).isEqualTo(properties(RateLimit.class));
        assertThat(properties(SourceLimitsProperties.Prefixes.class)).isEqualTo(properties(PrefixLengths.class));
    }

    @Test
    void withoutPropertiesAllOptionsHaveTheirDefaults() {
        ServerConfig config = config();
        assertThat(config.address()).isEqualTo(ServerConfig.builder().build().address());
        assertThat(config.pool()).isEqualTo(PoolConfig.defaults());
        assertThat(config.tls()).isNull();
    }

    static List<RecordComponent> simpleOptions() {
        return simple(SocketServerProperties.class)
                .filter(component ->
                        !Set.of("host", "port", "socketPermissions").contains(component.getName()))
                .toList();
    }

    static List<RecordComponent> poolOptions() {
        return simple(PoolProperties.class).toList();
    }

    private static Stream<RecordComponent> simple(Class<? extends Record> type) {
        return Stream.of(type.getRecordComponents())
                .filter(component -> Set.of(String.class, Integer.class, Boolean.class, Duration.class)
                                .contains(component.getType())
                        || component.getType().isEnum());
    }

    @ParameterizedTest
    @MethodSource("simpleOptions")
    void everyPropertySetsItsOption(RecordComponent option) throws Exception {
        Method accessor = ServerConfig.class.getMethod(option.getName());
        Object other = other(accessor.invoke(ServerConfig.builder().build()), option.getType());

        ServerConfig config = config("socketserver." + Checked.property(option.getName()) + "=" + other);

        Object set = accessor.invoke(config);
        assertThat(set instanceof Optional<?> optional ? optional.orElseThrow() : set)
                .isEqualTo(other);
    }

    @ParameterizedTest
    @MethodSource("poolOptions")
    void everyPropertyOfThePoolSetsItsOption(RecordComponent option) throws Exception {
        Method accessor = PoolConfig.class.getMethod(option.getName());
        Object other = other(accessor.invoke(PoolConfig.defaults()), option.getType());

        ServerConfig config = config("socketserver.pool." + Checked.property(option.getName()) + "=" + other);

        assertThat(accessor.invoke(config.pool())).isEqualTo(other);
    }

    /** Returns an allowed value that is not the default. */
    private static Object other(Object value, Class<?> type) {
        if (value instanceof Integer number) {
            return number == 0 ? 1 : number - 1;
        } else if (value instanceof Duration time) {
            return time.plusSeconds(1);
        } else if (type == Boolean.class) {
            return !value.equals(true);
        } else if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> !constant.equals(value))
                    .reduce((first, last) -> last)
                    .orElseThrow();
        }
        return "other";
    }

    @Test
    void hostAndPortAreTheAddress() {
        assertThat(config("socketserver.port=7007").address()).isEqualTo(new InetSocketAddress(7007));
        assertThat(config("socketserver.host=127.0.0.1", "socketserver.port=7007")
                        .address())
                .isEqualTo(new InetSocketAddress(LOOPBACK, 7007));
        assertThat(config("socketserver.host=127.0.0.1").address()).isEqualTo(new InetSocketAddress(LOOPBACK, 0));
    }

    @Test
    void aBlankHostIsNone() {
        assertThat(config("socketserver.host=", "socketserver.port=7007").address())
                .isEqualTo(new InetSocketAddress(7007));
        assertThat(named("echo", "socketserver.host=127.0.0.1", "socketserver.servers.echo.host= ")
                        .address())
                .isEqualTo(new InetSocketAddress(LOOPBACK, 0));
    }

    @Test
    void aPathIsTheAddressOfAUnixServer() {
        SocketAddress address = config("socketserver.path=/run/echo.socket").address();
        assertThat(address).isEqualTo(UnixDomainSocketAddress.of("/run/echo.socket"));
    }

    @Test
    void groupsOfPropertiesMakeObjects() {
        ServerConfig config = config(
                "socketserver.socket-permissions=rw-------",
                "socketserver.accept-rate.permits=100",
                "socketserver.source-limits.max-connections=5",
                "socketserver.source-limits.prefixes.ipv6=48",
                "socketserver.source-limits.rate.permits=10",
                "socketserver.source-limits.rate.period=1m",
                "socketserver.source-limits.rate.burst=3",
                "socketserver.source-limits.when-full=admit",
                "socketserver.access-list.allowed=10.0.0.0/8,192.168.0.0/16",
                "socketserver.access-list.denied=10.1.0.0/16",
                "socketserver.proxy-protocol.trusted=10.0.0.7/32",
                "socketserver.proxy-protocol.header-timeout=1s");

        assertThat(config.socketPermissions()).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(config.acceptRate()).isEqualTo(RateLimit.perSecond(100));
        assertThat(config.sourceLimits())
                .isEqualTo(SourceLimits.builder()
                        .maxConnections(5)
                        .prefixes(new PrefixLengths(32, 48))
                        .rate(new RateLimit(10, Duration.ofMinutes(1), 3))
                        .whenFull(SourceLimits.WhenFull.ADMIT)
                        .build());
        assertThat(config.accessList())
                .hasToString("AccessList[allowed=[10.0.0.0/8, 192.168.0.0/16], denied=[10.1.0.0/16]]");
        assertThat(config.proxyProtocol())
                .isEqualTo(
                        new ProxyProtocol(ProxyProtocol.trusting("10.0.0.7/32").trusted(), Duration.ofSeconds(1)));
    }

    static Stream<String> invalidValues() {
        return Stream.of(
                        simpleOptions().stream().map(option -> invalid("socketserver.", option)),
                        poolOptions().stream().map(option -> invalid("socketserver.pool.", option)),
                        Stream.of(
                                "socketserver.port=70000",
                                "socketserver.port=-1",
                                "socketserver.host=no host",
                                "socketserver.socket-permissions=0600",
                                "socketserver.accept-rate.permits=0",
                                "socketserver.accept-rate.burst=0",
                                "socketserver.source-limits.max-connections=0",
                                "socketserver.source-limits.prefixes.ipv4=64",
                                "socketserver.source-limits.rate.permits=-1",
                                "socketserver.access-list.allowed=home",
                                "socketserver.access-list.denied=10.0.0.0/33",
                                "socketserver.proxy-protocol.trusted=",
                                "socketserver.proxy-protocol.header-timeout=0",
                                "socketserver.ssl.bundle=absent",
                                "socketserver.servers.chat.port=70000",
                                "socketserver.servers.chat.idle-timeout=-1s",
                                "socketserver.servers.chat.pool.max-workers=0"))
                .flatMap(values -> values)
                .filter(value -> !value.isEmpty());
    }

    /** Returns a value that no option of the type allows; empty if Spring itself refuses others. */
    private static String invalid(String prefix, RecordComponent option) {
        String property = prefix + Checked.property(option.getName()) + "=";
        if (option.getType() == Integer.class) {
            return property + "-1";
        }
        return option.getType() == Duration.class ? property + "-1s" : "";
    }

    @ParameterizedTest
    @MethodSource("invalidValues")
    void theMessageNamesTheProperty(String property) {
        String[] parts = property.split("=", -1);
        String name = parts[0];
        String[] others = name.contains("accept-rate.burst")
                ? new String[] {"socketserver.accept-rate.permits=1"}
                : new String[0];
        assertInvalid(
                failure -> {
                    assertThat(failure.getName()).isEqualTo(name);
                    assertThat(failure.getReason()).isNotBlank();
                },
                Stream.concat(Stream.of(property), Stream.of(others)).toArray(String[]::new));
    }

    @Test
    void twoPropertiesThatContradictEachOtherAreRefused() {
        assertInvalid(
                failure -> assertThat(failure.getReason()).contains("maxWorkers", "200"),
                "socketserver.pool.min-workers=200");
        assertInvalid(
                failure -> assertThat(failure.getName()).isEqualTo("socketserver.path"),
                "socketserver.path=/run/echo.socket",
                "socketserver.port=7007");
        assertInvalid(
                failure -> assertThat(failure.getName()).isEqualTo("socketserver.ssl.bundle"),
                "socketserver.ssl.session-tickets=true");
    }

    private static void assertInvalid(
            Consumer<InvalidConfigurationPropertyValueException> check, String... properties) {
        assertThatThrownBy(() -> configs(properties))
                .isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, check);
    }

    @Test
    void aContextDoesNotStartWithAnInvalidProperty() {
        contexts.withPropertyValues("socketserver.servers.chat.idle-timeout=-1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContaining("socketserver.servers.chat.idle-timeout"));
    }

    @Test
    void valuesAreWrittenAsEverywhereInSpring() {
        assertThat(config("socketserver.idle-timeout=90s").idleTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config("socketserver.engine=selecting").engine()).isEqualTo(Engine.SELECTING);
        assertThat(config("socketserver.pool.overload-policy=shed-oldest")
                        .pool()
                        .overloadPolicy())
                .isEqualTo(OverloadPolicy.SHED_OLDEST);
    }

    @Test
    void aNamedServerHasItsOwnPropertiesInPlaceOfThoseOfAll() {
        String[] properties = {
            "socketserver.host=127.0.0.1",
            "socketserver.port=7007",
            "socketserver.backlog=16",
            "socketserver.pool.max-workers=7",
            "socketserver.pool.queue-capacity=9",
            "socketserver.servers.chat.port=7008",
            "socketserver.servers.chat.pool.max-workers=8",
        };
        ServerConfig chat = named("chat", properties);
        assertThat(chat.address()).isEqualTo(new InetSocketAddress(LOOPBACK, 7008));
        assertThat(chat.backlog()).isEqualTo(16);
        assertThat(chat.pool().maxWorkers()).isEqualTo(8);
        assertThat(chat.pool().queueCapacity()).isEqualTo(9);

        ServerConfig other = named("other", properties);
        assertThat(other.address()).isEqualTo(new InetSocketAddress(LOOPBACK, 7007));
        assertThat(other.pool().maxWorkers()).isEqualTo(7);
    }

    @Test
    void whatIsSetForAllServersNeedOnlyBeAllowedTogetherWithWhatIsSetForEach() {
        String[] properties = {"socketserver.pool.min-workers=200", "socketserver.servers.chat.pool.max-workers=300"};
        assertThat(named("chat", properties).pool().minWorkers()).isEqualTo(200);
        assertThat(named("chat", properties).pool().maxWorkers()).isEqualTo(300);

        assertInvalid(
                failure -> {
                    assertThat(failure.getName()).isEqualTo("socketserver.pool.max-workers");
                    assertThat(failure.getValue()).isEqualTo(7);
                },
                "socketserver.pool.max-workers=7",
                "socketserver.servers.chat.pool.min-workers=8");
    }

    @Test
    void aNamedServerAndItsPoolHaveItsName() {
        assertThat(named("chat").name()).isEqualTo("chat");
        assertThat(named("chat").pool().name()).isEqualTo("chat-worker");

        String[] properties = {"socketserver.servers.chat.name=c", "socketserver.servers.chat.pool.name=p"};
        assertThat(named("chat", properties).name()).isEqualTo("c");
        assertThat(named("chat", properties).pool().name()).isEqualTo("p");
    }

    @Test
    void customizersAreCalledLastAndInTheirOrder() {
        contexts.withPropertyValues("socketserver.backlog=16")
                .withBean(
                        "second",
                        ServerConfigCustomizer.class,
                        () -> options -> options.backlog(options.build().backlog() + 1))
                .run(context -> {
                    assertThat(context.getBean(ServerConfig.Builder.class)
                                    .build()
                                    .backlog())
                            .isEqualTo(17);
                    assertThat(context.getBean(ServerConfigs.class)
                                    .builder("x")
                                    .build()
                                    .backlog())
                            .isEqualTo(17);
                });
    }

    @Test
    void everyoneGetsABuilderOfTheirOwn() {
        contexts.run(context -> {
            context.getBean(ServerConfig.Builder.class).backlog(16);
            assertThat(context.getBean(ServerConfig.Builder.class).build().backlog())
                    .isNotEqualTo(16);
        });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsOfSpringAreVirtualWorkers() {
        ApplicationContextRunner virtual = contexts.withPropertyValues("spring.threads.virtual.enabled=true");
        virtual.run(context -> assertThat(workerKind(context)).isEqualTo(WorkerKind.VIRTUAL));
        virtual.withPropertyValues("socketserver.pool.worker-kind=platform")
                .run(context -> assertThat(workerKind(context)).isEqualTo(WorkerKind.PLATFORM));
    }

    private static WorkerKind workerKind(ApplicationContext context) {
        return context.getBean(ServerConfig.Builder.class).build().pool().workerKind();
    }
}
