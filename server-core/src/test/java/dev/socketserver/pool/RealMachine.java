package dev.socketserver.pool;

/** The machine that the test runs on, for subclasses that change something about it. */
class RealMachine implements Machine {
    private final Machine real = Machine.system(WorkerKind.PLATFORM, false);

    @Override
    public Thread newWorker(String name, Runnable body) {
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
