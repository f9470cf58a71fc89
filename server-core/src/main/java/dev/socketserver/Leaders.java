package dev.socketserver;

import dev.socketserver.pool.ElasticThreadPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The leaders of one server, among which the connections are shared out, and their watchdog. Thread-safe. */
final class Leaders implements Leader.Followers {
    private final ElasticThreadPool pool;
    private final List<Leader> leaders = new ArrayList<>();
    private final Watchdog watchdog;
    private int next; // confined to the accepting thread

    Leaders(RequestRunner<StreamConnection> runner, ElasticThreadPool pool, int count, String name) throws IOException {
        this.pool = pool;
        try {
            for (int i = 0; i < count; i++) {
                leaders.add(new Leader(runner, new Pace(), this));
            }
        } catch (Throwable e) {
            leaders.forEach(Leader::close);
            throw e;
        }
        watchdog = new Watchdog(leaders, name + "-watchdog");
    }

    void start() {
        watchdog.start();
    }

    /** Returns the leader for a new connection. */
    Leader next() {
        next = (next + 1) % leaders.size();
        return leaders.get(next);
    }

    /** A task was given to the pool. */
    void taskQueued() {
        leaders.forEach(Leader::yieldIfSaturated);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    @Override
    public boolean tryExecute(Runnable task) {
        return pool.tryExecute(task);
    }

    @Override
    public boolean isSaturated() {
        return pool.isSaturated();
    }

    @Override
    public void watch() {
        watchdog.wake();
    }

    /** Ends the leading; the workers that lead return to the pool. */
    void stop() {
        leaders.forEach(Leader::stop);
    }

    /** Gives the selectors back, and waits for the watchdog's end; after {@link #stop}, when the pool has ended. */
    void close() throws InterruptedException {
        leaders.forEach(Leader::close);
        watchdog.stop();
    }
}
