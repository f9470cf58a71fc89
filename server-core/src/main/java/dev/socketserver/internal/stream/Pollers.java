package dev.socketserver.internal.stream;

import dev.socketserver.ServerConfig;
import dev.socketserver.internal.lead.Watchdog;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.run.Intake;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RunContext;
import dev.socketserver.pool.OverloadPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * The intake of a selecting server: distributes connections among pollers, in which they wait. A new connection also
 * starts in its poller, unless its handler speaks first or the leader is overloaded; then it is submitted to the pool,
 * whose overload policy applies. Thread-safe.
 */
final class Pollers extends Intake {
    /**
     * With fewer processors per selector, a second selector takes more from the handlers, and from a local peer, than
     * it gains.
     */
    private static final int PROCESSORS_PER_POLLER = 4;

    /**
     * How long the accepting thread pauses before each connection while the leader is far behind, in nanoseconds: peers
     * that connect and leave, over and over, would otherwise have more and more of themselves accepted ahead of any
     * other peer, and the accepting thread would take the processor from the leader. Meanwhile they wait in the
     * system's queue, which is bounded.
     */
    private static final long BEHIND_PAUSE = 1_000_000;

    private final List<Poller> pollers = new ArrayList<>();
    private final Watchdog watchdog;
    private final Waits waits;
    private final FirstWords firstWords;
    private int next; // confined to the accepting thread

    Pollers(RunContext run, ServicePool pool, StreamContext context, OverloadPolicy policy) throws IOException {
        super(run.runner(), pool);
        waits = context.waits();
        firstWords = context.firstWords();
        ServerConfig config = context.config();
        watchdog = new Watchdog(config.name(), run.died());
        int count = count(config);
        var others = new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - count));
        try {
            for (int i = 0; i < count; i++) {
                pollers.add(new Poller(run, pool, watchdog, others, policy != OverloadPolicy.BLOCK));
            }
        } catch (Throwable e) {
            pollers.forEach(Poller::close);
            throw e;
        }
    }

    private static int count(ServerConfig config) {
        int automatic = Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_POLLER);
        return config.selectors() > 0 ? config.selectors() : automatic;
    }

    @Override
    public void start() {
        watchdog.start();
    }

    /** Chooses the poller of a connection that was just accepted. Runs in the accepting thread. */
    void accepted(StreamRequest connection) {
        next = (next + 1) % pollers.size();
        Poller poller = pollers.get(next);
        connection.waitWith(poller);
        if (poller.isBehind() && !poller.isBusy()) {
            LockSupport.parkNanos(this, BEHIND_PAUSE);
        }
    }

    @Override
    public void process(OpenRequest request) {
        firstWords.awaitFirst();
        if (request instanceof StreamRequest connection && connection.startsWithPoller()) {
            connection.schedule();
        } else {
            execute(request);
        }
    }

    @Override
    public void losePool() {
        pollers.forEach(Poller::losePool);
    }

    @Override
    public void stop() {
        pollers.forEach(Poller::stop);
    }

    @Override
    public void close() throws InterruptedException {
        pollers.forEach(Poller::close);
        try {
            watchdog.stop();
        } finally {
            waits.close();
        }
    }
}
