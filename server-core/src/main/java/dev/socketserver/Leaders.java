package dev.socketserver;

import dev.socketserver.internal.pool.ServicePool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The intake of a selecting server: new connections go to the pool, or to a leader if they are to wait for their first
 * byte, as all do that begin with a handshake; from there on the leaders, among which they are shared out, are where
 * they wait. Thread-safe.
 */
final class Leaders extends Intake<StreamConnection> {
    /** With fewer, a second selector takes from the handlers, and from a peer on the same machine, what it gains. */
    private static final int PROCESSORS_PER_LEADER = 4;

    private final boolean awaitFirstByte;
    private final List<Leader> leaders = new ArrayList<>();
    private final Watchdog watchdog;
    private int next; // confined to the accepting thread

    Leaders(RequestRunner<StreamConnection> runner, ServicePool pool, ServerConfig config) throws IOException {
        super(runner, pool);
        awaitFirstByte = config.awaitFirstByte();
        watchdog = new Watchdog(config.name() + "-watchdog");
        try {
            int count = count(config);
            var others = new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - count));
            for (int i = 0; i < count; i++) {
                leaders.add(new Leader(runner, pool, watchdog, others));
            }
        } catch (Throwable e) {
            leaders.forEach(Leader::close);
            throw e;
        }
    }

    private static int count(ServerConfig config) {
        int automatic = Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_LEADER);
        return config.leaders() > 0 ? config.leaders() : automatic;
    }

    @Override
    void start() {
        watchdog.start();
    }

    @Override
    void accepted(StreamConnection connection) {
        next = (next + 1) % leaders.size();
        connection.register(leaders.get(next));
    }

    @Override
    void process(StreamConnection connection) throws Exception {
        if ((awaitFirstByte || connection.awaitsHandshake()) && !connection.hasMore()) {
            runner().park(connection);
        } else {
            super.process(connection);
        }
    }

    @Override
    void stop() {
        leaders.forEach(Leader::stop);
    }

    @Override
    void close() throws InterruptedException {
        leaders.forEach(Leader::close);
        watchdog.stop();
    }
}
