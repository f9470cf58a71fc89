package dev.socketserver.examples.replicas;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Capability;
import java.time.Duration;
import java.util.concurrent.Future;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;

/** The command {@code echo} in a container that may write nothing and do nothing special. */
final class ContainerReplica implements Replica {
    static final int PORT = 7007;
    static final int HEALTH_PORT = 8080;
    private static final String DRAIN_DELAY_SECONDS = "4";
    private static final String GRACE_SECONDS = "20";
    private static final int STOP_SECONDS = 60;

    private final String name;
    private final GenericContainer<?> container;
    private final DockerClient docker = DockerClientFactory.lazyClient();
    private boolean started;

    /**
     * Makes a replica that is not started.
     *
     * @param trusted the network whose PROXY headers it believes
     */
    ContainerReplica(String name, Future<String> image, Network network, String trusted) {
        this.name = name;
        this.container = new GenericContainer<>(image)
                .withNetwork(network)
                .withNetworkAliases(name)
                .withCreateContainerCmdModifier(command -> {
                    command.withHostName(name);
                    command.getHostConfig().withReadonlyRootfs(true).withCapDrop(Capability.ALL);
                })
                .withCommand(
                        "echo",
                        "--health-port",
                        Integer.toString(HEALTH_PORT),
                        "--health-host",
                        "0.0.0.0", // HAProxy asks from another container
                        "--proxy-protocol",
                        trusted,
                        "--drain-delay",
                        DRAIN_DELAY_SECONDS,
                        "--grace",
                        GRACE_SECONDS)
                .waitingFor(Wait.forLogMessage("listening on .*\\n", 1))
                .withStartupTimeout(Duration.ofMinutes(2));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        if (started) {
            docker.startContainerCmd(container.getContainerId()).exec();
        } else {
            container.start();
            started = true;
        }
    }

    @Override
    public int stop() {
        docker.stopContainerCmd(container.getContainerId())
                .withTimeout(STOP_SECONDS)
                .exec();
        return Math.toIntExact(docker.inspectContainerCmd(container.getContainerId())
                .exec()
                .getState()
                .getExitCodeLong());
    }

    /** What the image's own health check says: starting, healthy or unhealthy. */
    String health() {
        return docker.inspectContainerCmd(container.getContainerId())
                .exec()
                .getState()
                .getHealth()
                .getStatus();
    }

    @Override
    public void kill() {
        docker.killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void freeze() {
        docker.pauseContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void thaw() {
        docker.unpauseContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void close() {
        container.close();
    }
}
