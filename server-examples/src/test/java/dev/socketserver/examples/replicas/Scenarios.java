package dev.socketserver.examples.replicas;

import static org.assertj.core.api.Assertions.assertThat;

/** What must hold of any cluster, wherever its replicas run. Each prints its figures, and leaves all replicas up. */
final class Scenarios {
    /** How many clients there are of each habit: a connection for each request, and one for all. */
    private static final int CLIENTS = 12;

    private Scenarios() {}

    /** Restarts each replica in turn, under load, which must not notice. */
    static void rollingRestart(Cluster cluster) throws Exception {
        Account account;
        try (Clients clients = Clients.start(cluster.address(), CLIENTS, CLIENTS)) {
            for (Replica replica : cluster.replicas()) {
                assertThat(replica.stop()).as("exit code of " + replica.name()).isZero();
                clients.awaitAnswers();
                startAgain(cluster, replica);
                clients.awaitAnswers();
            }
            account = clients.stop();
        }
        print("rolling restart of " + cluster.replicas().size() + " replicas", account);
        assertThat(account.failures()).as("failed requests").isEmpty();
        assertThat(account.carriedOn())
                .as("requests asked again: at most one for each kept connection and restart")
                .isLessThanOrEqualTo((long) CLIENTS * cluster.replicas().size());
    }

    /** Kills one replica under load, which must cut off its own clients and no others. */
    static void kill(Cluster cluster) throws Exception {
        Replica victim = cluster.replicas().get(0);
        int served;
        Account account;
        for (Replica replica : cluster.replicas()) {
            cluster.statistics().awaitNoSessions(replica.name());
        }
        try (Clients clients = Clients.start(cluster.address(), 0, CLIENTS)) {
            served = cluster.statistics().sessions(victim.name());
            victim.kill();
            cluster.statistics().awaitNotUp(victim.name());
            clients.awaitAnswers();
            startAgain(cluster, victim);
            clients.awaitAnswers();
            account = clients.stop();
        }
        print(victim.name() + ", with " + served + " of " + CLIENTS + " kept connections, killed", account);
        assertThat(served).as("clients of the victim").isPositive();
        assertThat(account.clientsCutOff()).as("clients cut off").isEqualTo(served);
    }

    /** Freezes one replica under load: once it is known to be frozen nothing may fail, and it comes back. */
    static void freeze(Cluster cluster) throws Exception {
        Replica victim = cluster.replicas().get(0);
        BalancerStatistics statistics = cluster.statistics();
        Account account;
        try (Clients clients = Clients.start(cluster.address(), CLIENTS, CLIENTS)) {
            victim.freeze();
            statistics.awaitNotUp(victim.name());
            clients.awaitAnswers();
            int failed = clients.account().failures().size();
            clients.awaitAnswers();
            victim.thaw(); // before anything is asserted: the other tests need it
            assertThat(failed).as("each client was cut off once at most").isLessThanOrEqualTo(2 * CLIENTS);
            statistics.awaitUp(victim.name());
            long given = statistics.totalSessions(victim.name());
            Patience.await(
                    "new connections for " + victim.name(), () -> statistics.totalSessions(victim.name()) > given);
            clients.awaitAnswers();
            account = clients.stop();
            assertThat(account.failures()).as("no failure since it was out").hasSize(failed);
        }
        print(victim.name() + " frozen, taken out, thawed", account);
    }

    private static void startAgain(Cluster cluster, Replica replica) throws Exception {
        replica.start();
        cluster.statistics().awaitUp(replica.name());
    }

    private static void print(String what, Account account) {
        System.out.println(what + ": " + account);
    }
}
