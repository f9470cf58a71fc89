package dev.socketserver.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The meters of servers that are beans. */
@Timeout(60)
class SocketServerMetricsTest {
    private final ApplicationContextRunner contexts = Contexts.plain().withUserConfiguration(EchoServers.One.class);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private static double workers(MeterRegistry registry, String pool) {
        return registry.get("elastic.pool.workers.max")
                .tag("pool", pool)
                .gauge()
                .value();
    }

    @Test
    void theMetersOfServerAndPoolAreInTheRegistryOfTheActuator() {
        Contexts.withActuator().withUserConfiguration(EchoServers.One.class).run(context -> {
            EchoServers.hello(context.getBean(TcpServer.class).port());
            MeterRegistry actuators = context.getBean(MeterRegistry.class);
            assertThat(actuators
                            .get("socket.server.ready")
                            .tag("server", "server")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(workers(actuators, "worker")).isEqualTo(100);
        });
    }

    @Test
    void anyRegistryWillDo() {
        contexts.withBean(MeterRegistry.class, () -> registry)
                .run(context ->
                        assertThat(registry.find("socket.server.ready").gauge()).isNotNull());
    }

    @Test
    void aServerThatIsStartedAgainHasTheMetersOfItsNewPool() {
        contexts.withBean(MeterRegistry.class, () -> registry).run(context -> {
            Meter first = registry.get("elastic.pool.workers.max").meter();
            List<Meter> all = registry.getMeters();
            context.stop();
            context.start();
            assertThat(registry.get("elastic.pool.workers.max").meter()).isNotSameAs(first);
            assertThat(registry.getMeters()).hasSameSizeAs(all);
        });
    }

    /** They come while the server's are being bound. */
    @Test
    void metersThatOthersAddMeanwhileStay() {
        List<Thread> others = new ArrayList<>();
        registry.config().onMeterAdded(meter -> {
            if (meter.getId().getName().startsWith("elastic.pool.")) {
                String name = "other." + others.size();
                others.add(new Thread(() -> registry.counter(name)));
                others.get(others.size() - 1).start();
            }
        });
        contexts.withBean(MeterRegistry.class, () -> registry).run(context -> {
            context.stop();
            for (Thread other : List.copyOf(others)) {
                other.join();
            }
            int added = others.size();
            context.start();
            for (int i = 0; i < added; i++) {
                assertThat(registry.find("other." + i).counter()).isNotNull();
            }
            for (Thread other : others) {
                other.join();
            }
        });
    }

    /** Two servers on one pool. */
    @Configuration(proxyBeanMethods = false)
    static class Shared {
        @Bean
        ElasticThreadPool pool() {
            return new ElasticThreadPool(
                    PoolConfig.builder().name("shared").maxWorkers(7).build());
        }

        @Bean
        TcpServer one(ServerConfigs configs, ElasticThreadPool pool) {
            return EchoServers.tcp(configs.builder("one").executor(pool));
        }

        @Bean
        TcpServer two(ServerConfigs configs, ElasticThreadPool pool) {
            return EchoServers.tcp(configs.builder("two").executor(pool));
        }
    }

    @Test
    void aPoolOfSeveralServersHasItsMeters() {
        Contexts.plain()
                .withUserConfiguration(Shared.class)
                .withBean(MeterRegistry.class, () -> registry)
                .run(context -> {
                    assertThat(workers(registry, "shared")).isEqualTo(7);
                    assertThat(registry.find("socket.server.ready").gauges()).hasSize(2);
                });
    }

    @Test
    void serversOfTheSameNameShareTheMetersOfTheFirst() {
        contexts.withBean("other", TcpServer.class, () -> EchoServers.tcp(ServerConfig.builder()))
                .withBean(MeterRegistry.class, () -> registry)
                .run(context -> assertThat(registry.find("socket.server.ready").gauges())
                        .hasSize(1));
    }

    @Test
    void thereAreNoneWithoutARegistryOrWithoutServersOrWithoutMicrometer() {
        contexts.run(context -> assertThat(context).doesNotHaveBean(ServerMetersBinder.class));
        Contexts.plain()
                .withBean(MeterRegistry.class, () -> registry)
                .run(context -> assertThat(context).doesNotHaveBean(ServerMetersBinder.class));
        contexts.withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("socketServerMetersBinder"));
    }
}
