package dev.socketserver.pool;

import dev.socketserver.fault.Fault;

/** The real machine, of whose attempts to start a worker one may be made to {@linkplain Fault fail}. */
public final class FaultyMachine implements Machine {
    private final Machine real = Machine.system(WorkerKind.PLATFORM, false);

    private FaultyMachine() {}

    /** Returns a pool on such a machine. */
    public static ElasticThreadPool pool(PoolConfig config) {
        return new ElasticThreadPool(config, new FaultyMachine());
    }

    @Override
    public Thread newWorker(String name, Runnable body) {
        Fault.inUncheckedCall("newWorker");
        return real.newWorker(name, body);
    }

    @Override
    public Thread newDaemon(String name, Runnable body) {
        return real.newDaemon(name, body);
    }

    @Override
    public int processors() {
        return real.processors();
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public void park(Object blocker, long nanos) {
        real.park(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
        real.unpark(thread);
    }
}
