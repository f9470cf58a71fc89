package dev.socketserver.examples;

import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Sample;
import dev.socketserver.examples.report.HtmlPage;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolSnapshot;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints twice a second the load and the state of the pool. Not thread-safe. */
final class PoolView {
    /** The time between two lines. */
    static final Duration EVERY = Duration.ofMillis(500);

    private static final int BAR_COLUMNS = 32;

    private final PrintWriter out;
    private final ElasticThreadPool pool;
    private final long begin = System.nanoTime();
    private final List<HtmlPage.PoolPoint> points = new ArrayList<>();
    private long last = begin;

    PoolView(PrintWriter out, ElasticThreadPool pool) {
        this.out = out;
        this.pool = pool;
    }

    /** Records the state of the pool, and prints a line if one is due; {@code sample} is null when there is no load. */
    void show(String act, @Nullable Sample sample) {
        long now = System.nanoTime();
        double at = (now - begin) / 1e9;
        PoolSnapshot snapshot = pool.snapshot();
        points.add(new HtmlPage.PoolPoint(at, new PoolSample(snapshot.size(), snapshot.busy(), snapshot.queued())));
        if (now - last >= EVERY.toNanos()) {
            last = now;
            print(at, act, sample, snapshot);
        }
    }

    private void print(double at, String act, @Nullable Sample sample, PoolSnapshot snapshot) {
        out.println(Text.format(
                "%5.1f s  %-12s %-26s workers %3d [%s] busy %3d  queued %3d",
                at,
                act,
                sample == null ? "" : load(sample),
                snapshot.size(),
                bar(snapshot),
                snapshot.busy(),
                snapshot.queued()));
        out.flush();
    }

    /** Returns the recorded states. */
    List<HtmlPage.PoolPoint> points() {
        return points;
    }

    private static String load(Sample sample) {
        return Text.format("%,9.0f/s  p99 %s", sample.rate(), Text.nanos(sample.p99Nanos()));
    }

    /** Returns a bar with # for each busy worker and - for each idle one, as long as the maximum. */
    private String bar(PoolSnapshot snapshot) {
        int busy = columns(snapshot.busy());
        int idle = Math.max(0, columns(snapshot.size()) - busy);
        return "#".repeat(busy) + "-".repeat(idle) + " ".repeat(Math.max(0, BAR_COLUMNS - busy - idle));
    }

    private int columns(int workers) {
        return (int) Math.ceil((double) workers * BAR_COLUMNS / pool.config().maxWorkers());
    }
}
