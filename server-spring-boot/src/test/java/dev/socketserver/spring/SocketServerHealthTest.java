package dev.socketserver.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.ServerState;
import dev.socketserver.TcpServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.actuate.health.CompositeHealth;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** The health of servers that are beans. */
@Timeout(60)
class SocketServerHealthTest {
    private final ApplicationContextRunner contexts =
            Contexts.withActuator().withUserConfiguration(EchoServers.One.class);

    private static Health health(ApplicationContext context, String... path) {
        return (Health) context.getBean(HealthEndpoint.class).healthForPath(path);
    }

    @Test
    void aServerIsUpWhileItServes() {
        contexts.run(context -> {
            TcpServer server = context.getBean(TcpServer.class);
            EchoServers.hello(server.port());

            Health health = health(context, "socketServer", "echo");
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("state", ServerState.READY)
                    .containsEntry("address", server.address().toString())
                    .containsEntry("failed", 0L)
                    .containsKeys("open", "requests", "rejected", "busyWorkers", "queued");
        });
    }

    @Test
    void theStatusFollowsTheState() {
        assertThat(ServerHealthIndicator.status(ServerState.READY)).isEqualTo(Status.UP);
        assertThat(ServerHealthIndicator.status(ServerState.DRAINING)).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(ServerHealthIndicator.status(ServerState.STOPPED)).isEqualTo(Status.DOWN);
        contexts.run(context -> {
            TcpServer server = context.getBean(TcpServer.class);
            server.pause();
            assertThat(health(context, "socketServer", "echo").getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            server.resume();
            assertThat(health(context, "socketServer", "echo").getStatus()).isEqualTo(Status.UP);
            server.close();
            assertThat(health(context, "socketServer", "echo").getStatus()).isEqualTo(Status.DOWN);
        });
    }

    @Test
    void aServerThatIsNotStartedYetHasNoAddressInItsHealth() {
        var server = EchoServers.tcp(ServerConfig.builder());
        Health health = new ServerHealthIndicator(server).health();
        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.getDetails()).containsEntry("state", ServerState.NEW).doesNotContainKey("address");
    }

    @Test
    void theServersOfAGroupAreBelowIt() {
        Contexts.withActuator().withUserConfiguration(EchoServers.Several.class).run(context -> {
            CompositeHealth all =
                    (CompositeHealth) context.getBean(HealthEndpoint.class).healthForPath("socketServer");
            assertThat(all.getStatus()).isEqualTo(Status.UP);
            assertThat(all.getComponents()).containsOnlyKeys("echo", "group");
            assertThat(health(context, "socketServer", "group", "datagrams").getStatus())
                    .isEqualTo(Status.UP);
            assertThat(health(context, "socketServer", "group", "grouped").getStatus())
                    .isEqualTo(Status.UP);
        });
    }

    @Test
    void serversOfAGroupWithTheSameNameAreNumbered() {
        HealthContributor group = SocketServerHealthAutoConfiguration.group(
                List.of(EchoServers.tcp(ServerConfig.builder()), EchoServers.udp(ServerConfig.builder())));
        assertThat((CompositeHealthContributor) group)
                .extracting(part -> part.getName())
                .containsExactly("server", "server-2");
    }

    @Test
    void aSlashInTheNameOfAServerIsNoneInAPath() {
        HealthContributor group = SocketServerHealthAutoConfiguration.group(
                List.of(EchoServers.tcp(ServerConfig.builder().name("a/b"))));
        assertThat((CompositeHealthContributor) group)
                .extracting(part -> part.getName())
                .containsExactly("a_b");
    }

    @Test
    void itCanBeTurnedOff() {
        contexts.withPropertyValues("management.health.socketserver.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("socketServerHealthContributor"));
    }

    @Test
    void anotherContributorOfTheNameReplacesIt() {
        contexts.withBean("socketServerHealthIndicator", HealthContributor.class, () ->
                        (HealthIndicator) () -> Health.unknown().build())
                .run(context -> assertThat(context).doesNotHaveBean("socketServerHealthContributor"));
    }

    @Test
    void thereIsNoneWithoutServers() {
        Contexts.withActuator().run(context -> assertThat(context).doesNotHaveBean("socketServerHealthContributor"));
    }

    @Test
    void theActuatorNeedNotBeThere() {
        Contexts.plain()
                .withUserConfiguration(EchoServers.One.class)
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate", "io.micrometer"))
                .run(context -> assertThat(EchoServers.hello(
                                context.getBean(TcpServer.class).port()))
                        .isEqualTo("hello"));
    }
}
