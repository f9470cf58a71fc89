package dev.socketserver.examples;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.Load;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Mode;
import dev.socketserver.examples.report.HtmlPage;
import dev.socketserver.examples.report.LoadReport;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.PoolSnapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code demo}: puts an echo server under load and shows its pool.
 *
 * <p>Server and load run in one process: they would share the processors anyway, and this way the pool can be observed.
 */
@Command(
        name = "demo",
        description = "Runs an echo server, puts it under load and shows how its pool grows and shrinks.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class DemoCommand implements Callable<Integer> {
    private static final Duration IDLE_WINDOW = Duration.ofSeconds(1);
    private static final int CLIENTS = 64;
    private static final int FEW_CLIENTS = 3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--scale", hidden = true, defaultValue = "1", description = "Shortens every phase, for tests.")
    private double scale;

    @Option(
            names = "--html",
            paramLabel = "F",
            description =
                    "Where to write the page with charts; default: socketserver-demo.html in the temporary directory.")
    private Path html = Path.of(System.getProperty("java.io.tmpdir"), "socketserver-demo.html");

    private final CountDownLatch stopped = new CountDownLatch(1);
    /** The current load; written by the command's thread, read by the thread that stops it. */
    private final AtomicReference<@Nullable Load> running = new AtomicReference<>();

    @Override
    public Integer call() throws Exception {
        return GracefulExit.call(this::stop, this::play);
    }

    private void stop() {
        stopped.countDown();
        Load load = running.get();
        if (load != null) {
            load.stop();
        }
    }

    private int play() throws IOException, InterruptedException {
        ServerConfig config = ServerConfig.builder()
                .name("demo")
                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .pool(PoolConfig.builder()
                        .name("demo-worker")
                        .idleWindow(scaled(IDLE_WINDOW))
                        .build())
                .build();
        try (var server = new TcpServer(config, EchoHandler::new)) {
            server.start();
            return play(server, server.pool().orElseThrow());
        }
    }

    private int play(TcpServer server, ElasticThreadPool pool) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        SocketAddress address = server.address();
        out.println(Text.format(
                "An echo server on %s with %d to %d workers, and %d clients.",
                AddressText.of(address),
                pool.config().minWorkers(),
                pool.config().maxWorkers(),
                CLIENTS));
        var view = new PoolView(out, pool);
        act(view, "a few", plan(address, Mode.REQUEST, FEW_CLIENTS, 2));
        LoadResult connections = act(view, "connections", plan(address, Mode.CONNECT, CLIENTS, 5));
        LoadResult requests = act(view, "requests", plan(address, Mode.REQUEST, CLIENTS, 6));
        silence(view, 6);
        summarize(out, connections, requests, pool.snapshot());
        new HtmlPage("An echo server on an elastic pool")
                .add(
                        "Connections: connect, one request, close",
                        LoadReport.of(List.of(connections), Commands.line(spec)))
                .add(
                        "Requests: " + CLIENTS + " clients that stay connected",
                        LoadReport.of(List.of(requests), Commands.line(spec)))
                .pool(view.points())
                .write(html);
        out.println("report        " + html.toUri());
        out.flush();
        return connections.failures() + requests.failures() == 0 ? 0 : 1;
    }

    private LoadPlan plan(SocketAddress address, Mode mode, int clients, int seconds) {
        return LoadPlan.builder(address)
                .mode(mode)
                .connections(clients)
                .warmup(scaled(Duration.ofSeconds(1)))
                .duration(scaled(Duration.ofSeconds(seconds)))
                .build();
    }

    private LoadResult act(PoolView view, String name, LoadPlan plan) throws IOException, InterruptedException {
        var load = new Load(plan);
        running.set(load);
        if (stopped.getCount() == 0) {
            load.stop();
        }
        return load.run((sample, warmup) -> view.show(name, sample));
    }

    private void silence(PoolView view, int seconds) throws InterruptedException {
        long end = System.nanoTime() + scaled(Duration.ofSeconds(seconds)).toNanos();
        while (System.nanoTime() < end && !stopped.await(PoolView.EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
            view.show("silence", null);
        }
    }

    private static void summarize(PrintWriter out, LoadResult connections, LoadResult requests, PoolSnapshot pool) {
        Histogram nanos = requests.clients().latencies();
        out.println();
        out.println(Text.format("connections   %,.0f/s   errors %,d", connections.rate(), connections.failures()));
        out.println(Text.format(
                "requests      %,.0f/s   errors %,d   p50 %s   p99 %s   p99.9 %s",
                requests.rate(),
                requests.failures(),
                Text.nanos(nanos.getValueAtPercentile(50)),
                Text.nanos(nanos.getValueAtPercentile(99)),
                Text.nanos(nanos.getValueAtPercentile(99.9))));
        out.println(Text.format(
                "workers       %,d started, %,d retired, %,d at most, %,d now",
                pool.started(), pool.retired(), pool.peakSize(), pool.size()));
        out.flush();
    }

    private Duration scaled(Duration duration) {
        return Duration.ofNanos(Math.round(duration.toNanos() * scale));
    }
}
