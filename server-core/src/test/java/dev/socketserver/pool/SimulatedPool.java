package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServicePool;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A pool on a simulated machine, and the verbs that its tests share. */
final class SimulatedPool implements AutoCloseable {
    final SimulatedMachine machine;
    final ElasticThreadPool pool;
    final ServicePool services;
    private int done;

    SimulatedPool(UnaryOperator<PoolConfig.Builder> options) {
        this(new SimulatedMachine(), options);
    }

    SimulatedPool(SimulatedMachine machine, UnaryOperator<PoolConfig.Builder> options) {
        this.machine = machine;
        this.pool = new ElasticThreadPool(options.apply(PoolConfig.builder()).build(), machine);
        this.services = Objects.requireNonNull(ServicePool.of(pool));
        machine.settle();
    }

    /** Submits tasks that take time, without letting anything run in between. */
    void submit(int count, Duration each) {
        for (int i = 0; i < count; i++) {
            pool.execute(() -> {
                machine.sleep(each);
                done++;
            });
        }
    }

    /** Submits tasks at a steady rate, starting now, for as long as told; lets them run. */
    void trickle(Duration interval, Duration total, Duration each) {
        for (Duration t = Duration.ZERO; t.compareTo(total) < 0; t = t.plus(interval)) {
            submit(1, each);
            machine.advance(interval);
        }
    }

    int done() {
        return done;
    }

    PoolSnapshot snapshot() {
        return pool.snapshot();
    }

    int size() {
        return pool.snapshot().size();
    }

    @Override
    public void close() {
        machine.close();
    }
}
