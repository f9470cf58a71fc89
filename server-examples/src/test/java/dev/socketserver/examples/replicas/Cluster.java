package dev.socketserver.examples.replicas;

import java.net.InetSocketAddress;
import java.util.List;

/** A balancer and the replicas behind it, all running. */
interface Cluster extends AutoCloseable {
    /** Where clients connect to: the balancer. */
    InetSocketAddress address();

    /** The servers behind it. */
    List<? extends Replica> replicas();

    /** What the balancer says of them. */
    BalancerStatistics statistics();

    /** Waits until the balancer sends connections to every replica. */
    default void awaitAllUp() throws Exception {
        for (Replica replica : replicas()) {
            statistics().awaitUp(replica.name());
        }
    }

    /** Ends everything at once. */
    @Override
    void close();
}
