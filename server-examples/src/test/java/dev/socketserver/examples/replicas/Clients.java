package dev.socketserver.examples.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients that ask a server which echoes, one request after another, and account for every request.
 *
 * <p>Started and stopped by one thread.
 */
final class Clients implements AutoCloseable {
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long begin = System.nanoTime();

    private Clients(InetSocketAddress server, int connecting, int keeping) {
        for (int i = 0; i < connecting + keeping; i++) {
            Client client = new Client("client-" + i, server, i >= connecting);
            clients.add(client);
            threads.add(new Thread(client, client.name()));
        }
    }

    /**
     * Starts clients, and returns when each has been answered.
     *
     * @param connecting how many open a connection for each request
     * @param keeping how many keep theirs
     */
    static Clients start(InetSocketAddress server, int connecting, int keeping) throws Exception {
        var started = new Clients(server, connecting, keeping);
        try {
            started.threads.forEach(Thread::start);
            started.awaitAnswers();
            return started;
        } catch (Throwable e) {
            started.close();
            throw e;
        }
    }

    /** Waits until each client has asked once more, and been answered. */
    void awaitAnswers() throws Exception {
        List<Long> before = clients.stream().map(Client::answered).toList();
        for (int i = 0; i < clients.size(); i++) {
            Client client = clients.get(i);
            long atLeast = before.get(i) + 2; // the first may have been under way
            Patience.await("answers to " + client.name(), () -> client.answered() >= atLeast);
        }
    }

    /** What has become of the requests so far. */
    Account account() {
        return new Account(
                clients.stream().mapToLong(Client::answered).sum(),
                clients.stream().mapToLong(Client::carriedOn).sum(),
                clients.stream().flatMap(client -> client.failures().stream()).toList(),
                clients.stream().filter(Client::hasLostAConnection).count(),
                Duration.ofNanos(System.nanoTime() - begin));
    }

    /** Lets every client end the request that it is asking, and says what became of all. */
    Account stop() throws InterruptedException {
        Account soFar = account();
        clients.forEach(Client::stop);
        for (Thread thread : threads) {
            TimeUnit.MILLISECONDS.timedJoin(thread, Patience.LIMIT.toMillis());
            assertThat(thread.isAlive()).as(thread.getName() + " still waits").isFalse();
        }
        return account().during(soFar.time());
    }

    @Override
    public void close() {
        clients.forEach(Client::abort);
    }
}
