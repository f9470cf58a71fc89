package dev.socketserver.spring;

import static dev.socketserver.spring.EchoServers.hello;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.BaseServer;
import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerGroup;
import dev.socketserver.ServerListener;
import dev.socketserver.ServerState;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Servers start and stop with their context. */
@Timeout(60)
class ServerLifecycleTest {
    private final ApplicationContextRunner contexts = Contexts.plain();

    /** Something that the handlers of a server may use, which starts and stops as late as it can but for servers. */
    static final class Neighbour implements SmartLifecycle {
        private final BaseServer<?> server;
        final List<ServerState> seen = new ArrayList<>();
        private boolean running;

        Neighbour(BaseServer<?> server) {
            this.server = server;
        }

        @Override
        public int getPhase() {
            return DEFAULT_PHASE - 1;
        }

        @Override
        public void start() {
            seen.add(server.state());
            running = true;
        }

        @Override
        public void stop() {
            seen.add(server.state());
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }

    /** A server with one handler that waits until it is told to answer, or is interrupted. */
    @Configuration(proxyBeanMethods = false)
    static class Slow {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch answer = new CountDownLatch(1);
        final CountDownLatch interrupted = new CountDownLatch(1);
        final CountDownLatch draining = new CountDownLatch(1);

        @Bean
        TcpServer slow(ServerConfigs configs) {
            return new TcpServer(
                    configs.builder().awaitFirstByte(false).listener(listener()).build(),
                    StreamRequestHandler.of((in, out) -> {
                        entered.countDown();
                        try {
                            answer.await();
                            out.write('!');
                        } catch (InterruptedException e) {
                            interrupted.countDown();
                            Thread.currentThread().interrupt();
                        }
                    }));
        }

        private ServerListener listener() {
            return new ServerListener() {
                @Override
                public void stateChanged(Server server, ServerState state) {
                    if (state == ServerState.DRAINING) {
                        draining.countDown();
                    }
                }
            };
        }

        @Bean
        Neighbour neighbour(TcpServer slow) {
            return new Neighbour(slow);
        }
    }

    @Test
    void aServerServesWhileItsContextRuns() {
        contexts.withUserConfiguration(EchoServers.One.class).run(context -> {
            TcpServer server = context.getBean(TcpServer.class);
            assertThat(hello(server.port())).isEqualTo("hello");

            context.close();
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        });
    }

    @Test
    void aServerMayBeDeclaredAsServerOnly() {
        contexts.withBean(
                        "declared",
                        Server.class,
                        () -> EchoServers.tcp(ServerConfig.builder()
                                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))))
                .run(context ->
                        assertThat(context.getBean(Server.class).state()).isEqualTo(ServerState.READY));
    }

    @Test
    void aContextWithoutServersHasNothingToStart() {
        contexts.run(context -> assertThat(context).doesNotHaveBean(ServerLifecycle.class));
    }

    @Test
    void serversStartLastAndRequestsFinishBeforeAnythingElseStops() {
        contexts.withUserConfiguration(Slow.class).run(context -> {
            Slow slow = context.getBean(Slow.class);
            Neighbour neighbour = context.getBean(Neighbour.class);
            TcpServer server = context.getBean(TcpServer.class);
            assertThat(neighbour.seen).containsExactly(ServerState.NEW);
            try (var client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                slow.entered.await();
                Thread closer = begin(context.getSourceApplicationContext());
                slow.draining.await();
                slow.answer.countDown();

                assertThat(client.getInputStream().read()).isEqualTo('!');
                closer.join();
            }
            assertThat(neighbour.seen).containsExactly(ServerState.NEW, ServerState.STOPPED);
        });
    }

    private static Thread begin(ConfigurableApplicationContext context) {
        var closer = new Thread(context::close, "closer");
        closer.start();
        return closer;
    }

    @Test
    void aRequestThatTakesLongerThanTheGraceIsForced() {
        forces("socketserver.shutdown-grace=0", "spring.lifecycle.timeout-per-shutdown-phase=1h");
    }

    @Test
    void aDrainEndsWithinThePhaseOfTheContext() {
        forces("socketserver.shutdown-grace=1h", "spring.lifecycle.timeout-per-shutdown-phase=200ms");
    }

    private void forces(String... properties) {
        contexts.withUserConfiguration(Slow.class)
                .withPropertyValues(properties)
                .run(context -> {
                    Slow slow = context.getBean(Slow.class);
                    TcpServer server = context.getBean(TcpServer.class);
                    try (var client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                        slow.entered.await();
                        context.close();
                        slow.interrupted.await();
                        assertThat(client.getInputStream().read()).isEqualTo(-1);
                    }
                });
    }

    @Test
    void aContextThatIsStoppedCanBeStartedAgain() {
        contexts.withUserConfiguration(EchoServers.One.class).run(context -> {
            TcpServer server = context.getBean(TcpServer.class);
            int port = server.port();
            context.stop();
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);

            context.start();
            assertThat(server.port()).isEqualTo(port);
            assertThat(hello(port)).isEqualTo("hello");
        });
    }

    @Test
    void serversOfGroupsAreStartedByTheirGroups() {
        contexts.withUserConfiguration(EchoServers.Several.class).run(context -> {
            ServerGroup group = context.getBean(ServerGroup.class);
            assertThat(context.getBean("echo", TcpServer.class).state()).isEqualTo(ServerState.READY);
            assertThat(group.state()).isEqualTo(ServerState.READY);
            assertThat(group.servers()).contains(context.getBean(UdpServer.class));

            context.close();
            assertThat(group.state()).isEqualTo(ServerState.STOPPED);
        });
    }

    @Test
    void lazyServersAreStarted() {
        contexts.withUserConfiguration(EchoServers.One.class)
                .withInitializer(context -> context.addBeanFactoryPostProcessor(
                        beans -> beans.getBeanDefinition("echo").setLazyInit(true)))
                .run(context ->
                        assertThat(context.getBean(TcpServer.class).state()).isEqualTo(ServerState.READY));
    }

    @Test
    void theContextTellsOfEachServerThatItStarted() {
        List<String> started = new ArrayList<>();
        contexts.withUserConfiguration(EchoServers.Several.class)
                .withInitializer(context ->
                        context.addApplicationListener((ApplicationListener<ServerStartedEvent>) event -> started.add(
                                event.server().name() + " " + event.server().state())))
                .run(context -> assertThat(started)
                        .containsExactlyInAnyOrder("grouped READY", "datagrams READY", "echo READY"));
    }

    @Test
    void aServerThatCannotBindFailsTheContextAndStopsTheOthers() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<TcpServer> servers = new ArrayList<>();
            contexts.withBean("free", TcpServer.class, () -> {
                        servers.add(EchoServers.tcp(ServerConfig.builder().port(0)));
                        return servers.get(0);
                    })
                    .withUserConfiguration(EchoServers.One.class)
                    .withPropertyValues("socketserver.port=" + taken.getLocalPort())
                    .run(context -> {
                        assertThat(context).hasFailed();
                        Throwable failure = context.getStartupFailure();
                        assertThat(failure)
                                .hasRootCauseInstanceOf(BindException.class)
                                .hasCauseInstanceOf(ServerStartException.class);

                        FailureAnalysis analysis = new ServerStartFailureAnalyzer().analyze(failure);
                        assertThat(analysis.getDescription())
                                .contains("'echo'", ":" + taken.getLocalPort() + ": Address already in use");
                        assertThat(analysis.getAction()).contains("socketserver.port");
                    });
            assertThat(servers).extracting(TcpServer::state).doesNotContain(ServerState.READY);
        }
    }

    @Test
    void aFailureThatIsNoFaultOfTheAddressIsNotExplained() {
        var failure = new ServerStartException("echo", new IOException("too many open files"));
        assertThat(new ServerStartFailureAnalyzer().analyze(failure)).isNull();
    }
}
