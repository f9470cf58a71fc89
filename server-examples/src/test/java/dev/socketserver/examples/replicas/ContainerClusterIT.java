package dev.socketserver.examples.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * The image of {@code docker/Dockerfile}, alone and as a cluster behind HAProxy, where an engine for containers runs.
 */
@Timeout(600)
class ContainerClusterIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Future<String> image;
    private static ContainerCluster cluster;

    @BeforeAll
    static void startCluster() throws Exception {
        boolean engine = DockerClientFactory.instance().isDockerAvailable();
        if (!engine) {
            System.out.println("skipped: no engine for containers runs on this machine");
        }
        assumeThat(engine).as("an engine for containers runs").isTrue();
        image = Image.examples();
        cluster = new ContainerCluster(image);
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void theImageServesAsItIsAndDrainsOnStop() throws Exception {
        try (var container = new GenericContainer<>(image)
                .withExposedPorts(ContainerReplica.PORT)
                .withCreateContainerCmdModifier(
                        command -> command.getHostConfig().withReadonlyRootfs(true))) {
            container.start();
            try (var connection = new Socket(container.getHost(), container.getMappedPort(ContainerReplica.PORT))) {
                assertEchoes(connection);
                DockerClientFactory.lazyClient()
                        .stopContainerCmd(container.getContainerId())
                        .withTimeout((int) Patience.LIMIT.toSeconds())
                        .exec();
                assertThat(connection.getInputStream().read())
                        .as("the idle connection ended")
                        .isNegative();
            }
            var state = container.getCurrentContainerInfo().getState();
            assertThat(state.getExitCodeLong()).isZero();
            assertThat(container.getCurrentContainerInfo().getConfig().getUser())
                    .as("user")
                    .isEqualTo("10001:10001");
        }
    }

    @Test
    void aServerOfOnesOwnRunsInTheTemplatesImage() throws Exception {
        try (var container = new GenericContainer<>(Image.template())
                .withCommand("echo", "--health-port", "8080")
                .withExposedPorts(ContainerReplica.PORT)
                .withCreateContainerCmdModifier(
                        command -> command.getHostConfig().withReadonlyRootfs(true))
                .waitingFor(Wait.forHealthcheck().withStartupTimeout(PATIENCE))) {
            container.start();
            try (var connection = new Socket(container.getHost(), container.getMappedPort(ContainerReplica.PORT))) {
                assertEchoes(connection);
            }
        }
    }

    private static void assertEchoes(Socket connection) throws IOException {
        byte[] hello = {'h', 'e', 'l', 'l', 'o'};
        connection.getOutputStream().write(hello);
        assertThat(connection.getInputStream().readNBytes(hello.length)).isEqualTo(hello);
    }

    @Test
    void theArchiveOfClassesIsThatOfTheImagesJvmAndJar() {
        try (var strict = new GenericContainer<>(image)
                .withCreateContainerCmdModifier(command -> command.withEntrypoint("java"))
                .withCommand(
                        "-Xshare:on", // to fail rather than go without
                        "-XX:SharedArchiveFile=/app/server-examples.jsa",
                        "-jar",
                        "/app/server-examples.jar",
                        "--help")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(PATIENCE))) {
            strict.start();
            assertThat(strict.getLogs()).contains("Usage:");
        }
    }

    @Test
    void theImagesOwnHealthCheckPasses() throws Exception {
        for (ContainerReplica replica : cluster.replicas()) {
            Patience.await("the health of " + replica.name(), () -> "healthy".equals(replica.health()));
        }
    }

    @Test
    void loadGoesFromOneContainerToTheOthers() {
        try (var load = new GenericContainer<>(image)
                .withNetwork(cluster.network())
                .withCommand("load", "--target", "haproxy:7007", "--connections", "12", "--duration", "3")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(PATIENCE))) {
            load.start();
            System.out.println(load.getLogs());
            assertThat(load.getLogs()).contains("haproxy:7007").containsPattern("errors +0 ");
        }
    }

    @Test
    void aRollingRestartLosesNoRequestAndRefusesNoConnection() throws Exception {
        Scenarios.rollingRestart(cluster);
    }

    @Test
    void aReplicaThatIsKilledFailsOnlyWhatItWasServing() throws Exception {
        Scenarios.kill(cluster);
    }

    @Test
    void aReplicaThatIsFrozenIsTakenOutUntilItThaws() throws Exception {
        Scenarios.freeze(cluster);
    }
}
