package dev.socketserver.examples.replicas;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.MountableFile;

/** HAProxy and three replicas, each in a container. */
final class ContainerCluster implements Cluster {
    private static final int STATISTICS_PORT = 8404;
    private static final String CONFIGURATION = "/etc/haproxy/haproxy.cfg";

    private final Network network = Network.newNetwork();
    private final List<ContainerReplica> replicas;
    private final GenericContainer<?> balancer;

    /** Starts them all. */
    ContainerCluster(Future<String> image) throws Exception {
        String subnet = DockerClientFactory.lazyClient()
                .inspectNetworkCmd()
                .withNetworkId(network.getId())
                .exec()
                .getIpam()
                .getConfig()
                .get(0)
                .getSubnet();
        replicas = Stream.of("replica-1", "replica-2", "replica-3")
                .map(name -> new ContainerReplica(name, image, network, subnet))
                .toList();
        balancer = new GenericContainer<>(Image.haproxy())
                .withNetwork(network)
                .withNetworkAliases("haproxy")
                .withCopyFileToContainer(MountableFile.forHostPath("../docker/haproxy/haproxy.cfg"), CONFIGURATION)
                .withCommand("haproxy", "-db", "-f", CONFIGURATION)
                .withCreateContainerCmdModifier(command -> command.getHostConfig()
                        .withSysctls(
                                Map.of("net.ipv4.ip_local_port_range", "1024 65535", "net.ipv4.tcp_tw_reuse", "1")))
                .withExposedPorts(ContainerReplica.PORT, STATISTICS_PORT);
        try {
            replicas.forEach(ContainerReplica::start);
            balancer.start();
            awaitAllUp();
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    /** The network that they share. */
    Network network() {
        return network;
    }

    @Override
    public InetSocketAddress address() {
        return mapped(ContainerReplica.PORT);
    }

    private InetSocketAddress mapped(int port) {
        return new InetSocketAddress(balancer.getHost(), balancer.getMappedPort(port));
    }

    @Override
    public List<ContainerReplica> replicas() {
        return replicas;
    }

    @Override
    public BalancerStatistics statistics() {
        return new BalancerStatistics(mapped(STATISTICS_PORT));
    }

    @Override
    public void close() {
        balancer.close();
        replicas.forEach(ContainerReplica::close);
        network.close();
    }
}
