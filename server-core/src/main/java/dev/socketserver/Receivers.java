package dev.socketserver;

import dev.socketserver.internal.pool.ServicePool;
import org.jspecify.annotations.Nullable;

/**
 * The intake of a datagram server: a datagram's handler runs in the thread that received it, which leads; when it
 * blocks, another thread receives; while handlers prove slow, datagrams go to the pool. Thread-safe.
 */
final class Receivers extends Intake<Datagram> {
    private final ServicePool pool;
    private final Watchdog watchdog;
    private final Pace pace = new Pace();

    Receivers(RequestRunner<Datagram> runner, ServicePool pool, ServerConfig config) {
        super(runner, pool);
        this.pool = pool;
        watchdog = new Watchdog(config.name() + "-watchdog");
    }

    @Override
    AcceptLoop<Datagram> acceptLoop(BaseServer<Datagram> server, ServerListener listener, @Nullable Thread caller) {
        var loop = new ReceiveLoop(server, runner(), listener, caller, pool, watchdog, pace);
        watchdog.start();
        return loop;
    }

    @Override
    void process(Datagram datagram) {
        if (pace.isSlow()) {
            datagram.detach();
            pool.execute(new RequestTask<>(runner(), datagram, pace));
        } else {
            long began = pace.sampleBegins();
            runner().run(datagram);
            pace.sampleEnds(began);
        }
    }

    @Override
    void close() throws InterruptedException {
        watchdog.stop();
    }
}
