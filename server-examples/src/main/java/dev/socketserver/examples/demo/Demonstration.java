package dev.socketserver.examples.demo;

import dev.socketserver.Framing;
import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.Load;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Message;
import dev.socketserver.examples.load.Mode;
import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Rate;
import dev.socketserver.examples.load.Sample;
import dev.socketserver.examples.report.SideBySide;
import dev.socketserver.examples.report.SideBySide.Span;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.PoolSnapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Puts two servers with the same number of threads under the same load: one of this library, and one with a fixed pool.
 *
 * <p>Servers and load run in one process: they would share the processors anyway, and this way the pools can be
 * observed. The load is a schedule, far below what either server can answer, so that neither slows the other.
 * {@link #run} may be called once; {@link #stop} may be called from any thread.
 */
public final class Demonstration {
    private static final int THREADS = 16;
    private static final int RATE = 2_000;
    private static final int CLIENTS = 64;
    private static final int SILENT = 100;
    private static final int SLOW = 8;
    private static final Message REQUEST = Message.ofText("?".repeat(63) + "\n");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final PrintWriter out;
    private final double scale;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Load> loads = new ArrayList<>(); // guarded by this
    private final List<Side> sides = new ArrayList<>(); // of the thread that runs it
    private final List<Span> spans = new ArrayList<>(); // of the thread that runs it
    private final List<Act> acts = new ArrayList<>(); // of the thread that runs it
    private long begin = System.nanoTime(); // guarded by this
    private double lastLines; // guarded by this

    /** Creates a run whose phases last {@code scale} times as long as usual, and which prints to {@code out}. */
    public Demonstration(PrintWriter out, double scale) {
        this.out = out;
        this.scale = scale;
    }

    /** Ends the run early. */
    public synchronized void stop() {
        stopped.countDown();
        loads.forEach(Load::stop);
    }

    /**
     * Runs both servers and all loads, prints two lines each second, and a summary.
     *
     * @throws IOException if a server cannot be started, or a client itself fails
     */
    public void run() throws IOException, InterruptedException {
        ServerConfig config = ServerConfig.builder()
                .name("demo")
                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .framing(Framing.lines(Query.LONGEST))
                .pool(PoolConfig.builder()
                        .name("demo-worker")
                        .maxWorkers(THREADS)
                        .idleWindow(scaled(1))
                        .build())
                .build();
        var query = new Query();
        try (var ours = new TcpServer(config, () -> new QueryHandler(query));
                var theirs = new FixedPoolServer(new Query(), THREADS)) {
            ours.start();
            ElasticThreadPool pool = ours.pool().orElseThrow();
            sides.add(new Side("socketserver", ours.address(), () -> sample(pool.snapshot())));
            sides.add(new Side("fixed pool", theirs.address(), theirs::sample));
            out.println(Text.format(
                    "Two servers, at most %d threads each; %,d connections a second to each.", THREADS, RATE));
            out.println(Text.format(
                    "One request in %d blocks its thread for %d ms, as a database would.", Query.ONE_IN, Query.MILLIS));
            load("Warming up", 0, 0, 2);
            restart();
            acts.add(new Act("calm", load("No other peers", 0, 0, 4)));
            String crowd = Text.format("%d silent and %d slow peers connect, and stay", SILENT, SLOW);
            acts.add(new Act("silent peers", load(crowd, SILENT, SLOW, 8)));
            acts.add(new Act("afterwards", load("They have left", 0, 0, 4)));
            rest("No load", 4);
            summarize(pool.snapshot());
        }
    }

    private static PoolSample sample(PoolSnapshot pool) {
        return new PoolSample(pool.size(), pool.busy(), pool.queued());
    }

    /** Puts both servers under load at once, and returns their results. */
    private List<LoadResult> load(String title, int silent, int slow, int seconds)
            throws IOException, InterruptedException {
        double from = begin(title);
        ExecutorService threads = Executors.newFixedThreadPool(sides.size());
        try {
            List<Future<LoadResult>> running = new ArrayList<>();
            for (Side side : sides) {
                Load load = prepare(plan(side.address(), silent, slow, seconds));
                running.add(threads.submit(() -> load.run((sample, warmup) -> sampled(side, sample))));
            }
            List<LoadResult> results = new ArrayList<>();
            for (Future<LoadResult> result : running) {
                results.add(result.get());
            }
            spans.add(new Span(title, from, elapsed()));
            return results;
        } catch (ExecutionException e) {
            throw new IOException("the load failed: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Forgets the warm-up, when no load is running. */
    private synchronized void restart() {
        begin = System.nanoTime();
        lastLines = 0;
        spans.clear();
        sides.forEach(Side::forget);
    }

    /** Begins a phase; returns the time. */
    private synchronized double begin(String title) {
        lastLines = elapsed();
        sides.forEach(Side::begin);
        out.println();
        out.println(title + ":");
        out.flush();
        return lastLines;
    }

    private LoadPlan plan(SocketAddress target, int silent, int slow, int seconds) {
        return LoadPlan.builder(target)
                .mode(Mode.CONNECT)
                .connections(CLIENTS)
                .loops(1)
                .payload(REQUEST)
                .rate(Rate.constant(RATE))
                .idle(silent)
                .slow(slow)
                .warmup(Duration.ZERO)
                .duration(scaled(seconds))
                .timeout(TIMEOUT)
                .build();
    }

    private synchronized Load prepare(LoadPlan plan) {
        var load = new Load(plan);
        loads.add(load);
        if (stopped.getCount() == 0) {
            load.stop();
        }
        return load;
    }

    /** Called by the threads of both loads. */
    private void sampled(Side side, Sample sample) {
        double now = elapsed();
        side.sampled(now, sample);
        printIfDue(now);
    }

    private void rest(String title, int seconds) throws InterruptedException {
        double from = begin(title);
        double end = from + scale * seconds;
        for (double now = from; now < end; now = elapsed()) {
            for (Side side : sides) {
                side.rest(now);
            }
            printIfDue(now);
            if (stopped.await(100, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        spans.add(new Span(title, from, elapsed()));
    }

    private synchronized void printIfDue(double now) {
        if (now - lastLines >= scale * TICK.toSeconds()) {
            lastLines = now;
            String time = Text.format("%5.1f s  ", now);
            for (Side side : sides) {
                out.println(time + side.line(RATE));
                time = " ".repeat(time.length());
            }
            out.flush();
        }
    }

    private void summarize(PoolSnapshot pool) {
        out.println();
        for (Act act : acts) {
            act.print(out, sides, RATE);
        }
        out.println(Text.format(
                "workers       socketserver %,d started, %,d at most, %,d now; fixed pool %d always",
                pool.started(), pool.peakSize(), pool.size(), THREADS));
        out.flush();
    }

    private synchronized double elapsed() {
        return (System.nanoTime() - begin) / 1e9;
    }

    private Duration scaled(int seconds) {
        return Duration.ofNanos(Math.round(seconds * scale * 1e9));
    }

    /** Returns the acts that have run, in order; the results of the first server are those of this library. */
    public List<Act> acts() {
        return List.copyOf(acts);
    }

    /** Returns what a page shows of it. */
    public SideBySide sideBySide() {
        String about = Text.format(
                "Each server has at most %d threads, and is to answer %,d requests a second, each on a connection of"
                        + " its own. One request in %d blocks its thread for %d ms, as a query of a database would."
                        + " The fixed pool is the JDK's, with blocking sockets.",
                THREADS, RATE, Query.ONE_IN, Query.MILLIS);
        return new SideBySide(
                about, List.copyOf(spans), sides.stream().map(Side::course).toList());
    }
}
