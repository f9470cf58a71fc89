package dev.socketserver.pool;

import dev.socketserver.fault.Fault;

/** The real machine, of whose attempts to start a worker one may be made to {@linkplain Fault fail}. */
public final class FaultyMachine extends RealMachine {
    private FaultyMachine() {}

    /** Returns a pool on such a machine. */
    public static ElasticThreadPool pool(PoolConfig config) {
        return new ElasticThreadPool(config, new FaultyMachine());
    }

    @Override
    public Thread newWorker(String name, Runnable body) {
        Fault.inUncheckedCall("newWorker");
        return super.newWorker(name, body);
    }
}
