package dev.socketserver.examples.replicas;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** HAProxy and three JVMs on the loopback address. */
final class LoopbackCluster implements Cluster {
    private static final int REPLICAS = 3;
    /** Below the ports that the system gives to clients: a replica must find its own free again. */
    private static final int LOWEST_PORT = 15_000;

    private static final int HIGHEST_PORT = 32_000;

    private final List<LoopbackReplica> replicas = new ArrayList<>();
    private final InetSocketAddress address = freeAddress();
    private final BalancerStatistics statistics;
    private final Process balancer;

    /**
     * Starts them all.
     *
     * @param configuration HAProxy's
     * @param log where HAProxy writes to
     */
    LoopbackCluster(Path haproxy, Path configuration, Path log) throws Exception {
        var command = new ProcessBuilder(haproxy.toString(), "-db", "-f", configuration.toString());
        InetSocketAddress statisticsAddress = freeAddress();
        Map<String, String> environment = command.environment();
        environment.put("CLIENTS_BIND", text(address));
        environment.put("STATISTICS_BIND", text(statisticsAddress));
        for (int number = 1; number <= REPLICAS; number++) {
            var replica = new LoopbackReplica("replica-" + number, freePort(), freePort());
            replicas.add(replica);
            environment.put("REPLICA_" + number, replica.address());
            environment.put("HEALTH_PORT_" + number, Integer.toString(replica.healthPort()));
        }
        statistics = new BalancerStatistics(statisticsAddress);
        balancer =
                command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            for (LoopbackReplica replica : replicas) {
                replica.start();
            }
            awaitAllUp();
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    /** Where HAProxy is installed, if it is. */
    static Optional<Path> haproxy() {
        return Stream.concat(
                        Stream.of("/usr/sbin"), Stream.of(System.getenv("PATH").split(":", -1)))
                .map(folder -> Path.of(folder, "haproxy"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static InetSocketAddress freeAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
    }

    private static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                // Another one will be free.
            }
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public List<LoopbackReplica> replicas() {
        return replicas;
    }

    @Override
    public BalancerStatistics statistics() {
        return statistics;
    }

    @Override
    public void close() {
        balancer.destroyForcibly();
        replicas.forEach(LoopbackReplica::close);
    }
}
