package dev.socketserver.examples.demo;

import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Sample;
import dev.socketserver.examples.report.SideBySide.Course;
import dev.socketserver.examples.report.SideBySide.Moment;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One of the servers, and what is seen of it. Thread-safe. */
final class Side {
    private static final int BAR_COLUMNS = 20;

    private final String name;
    private final SocketAddress address;
    private final Supplier<PoolSample> pool;
    private final List<Moment> moments = new ArrayList<>(); // guarded by this
    /** Answers, and the time they took, since the last line or phase; guarded by this. */
    private long answers;

    private double seconds; // guarded by this

    Side(String name, SocketAddress address, Supplier<PoolSample> pool) {
        this.name = name;
        this.address = address;
        this.pool = pool;
    }

    String name() {
        return name;
    }

    SocketAddress address() {
        return address;
    }

    /** Begins a phase: the next line tells of nothing before it. */
    synchronized void begin() {
        answers = 0;
        seconds = 0;
    }

    /** Forgets what was recorded. */
    synchronized void forget() {
        moments.clear();
    }

    /** Records a sample of the load, {@code at} seconds after the beginning. */
    synchronized void sampled(double at, Sample sample) {
        answers += sample.operations();
        seconds += sample.seconds();
        moments.add(new Moment(at, sample.rate(), pool.get()));
    }

    /** Records the state of the server when there is no load. */
    synchronized void rest(double at) {
        moments.add(new Moment(at, 0, pool.get()));
    }

    /** Returns a line of what happened since the last line or phase; a rate of {@code full} fills its bar. */
    synchronized String line(double full) {
        double rate = Sample.perSecond(answers, seconds);
        begin();
        int columns = (int) Math.min(BAR_COLUMNS, Math.round(rate * BAR_COLUMNS / full));
        PoolSample state = pool.get();
        return Text.format(
                "%-12s %,6.0f/s %-" + BAR_COLUMNS + "s  %2d of %2d busy  %4d waiting",
                name,
                rate,
                "#".repeat(columns),
                state.busy(),
                state.workers(),
                state.queued());
    }

    synchronized Course course() {
        return new Course(name, List.copyOf(moments));
    }
}
