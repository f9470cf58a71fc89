package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.FileDescriptors;
import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Terminal;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.task.TaskPool;
import dev.socketserver.task.TaskPoolConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code fetch}: a {@link TaskPool} fetches many small documents concurrently from a server in the same
 * process.
 */
@Command(
        name = "fetch",
        description = "Fetches many small documents through a task pool, with a progress bar. "
                + "Ctrl-C stops it once the fetches in progress have finished.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class FetchCommand implements Callable<Integer> {
    private static final int REFRESH_ON_TERMINAL_MILLIS = 100;
    private static final int REFRESH_ELSEWHERE_MILLIS = 1000;
    private static final int LINE_LENGTH = 100;
    /** Both ends of each connection are in this process. */
    private static final int DESCRIPTORS_PER_WORKER = 2;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--documents",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Number of documents; default: ${DEFAULT-VALUE}.")
    private int documents;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "50",
            description = "Number of documents fetched at a time; default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(
            names = "--delay",
            paramLabel = "MS",
            defaultValue = "50",
            description = "Milliseconds that the server takes per document; default: ${DEFAULT-VALUE}.")
    private int delay;

    private final LongAdder fetched = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder characters = new LongAdder();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();

    @Override
    public Integer call() throws Exception {
        requireAtLeast("--documents", 0, documents);
        requireAtLeast("--workers", 1, workers);
        requireAtLeast("--delay", 0, delay);
        FileDescriptors.require(Math.min(documents, workers), "workers", DESCRIPTORS_PER_WORKER, 0);
        Thread fetching = Thread.currentThread();
        return GracefulExit.call(fetching::interrupt, this::fetchAll);
    }

    private void requireAtLeast(String option, int least, int value) {
        Commands.require(spec, value >= least, option + " must be at least " + least + ": " + value);
    }

    private int fetchAll() throws IOException {
        var pool = new TaskPool(TaskPoolConfig.builder(workers).name("fetch").build());
        boolean interrupted = false;
        try (TcpServer server = server();
                ProgressBar bar = progressBar();
                pool) {
            server.start();
            var address = (InetSocketAddress) server.address();
            try {
                pool.map(IntStream.range(0, documents).boxed().toList(), number -> {
                    tryToFetch(address, number);
                    bar.step();
                });
                pool.waitCompletion();
            } catch (InterruptedException e) {
                interrupted = true;
                pool.cancelWaiting(); // close() still waits for the running tasks
            }
        }
        return summarize(interrupted);
    }

    private TcpServer server() {
        ServerConfig config = ServerConfig.builder()
                .name("documents")
                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .pool(PoolConfig.builder()
                        .name("documents-worker")
                        .maxWorkers(Math.max(PoolConfig.DEFAULT_MAX_WORKERS, 2 * workers))
                        .build())
                .build();
        return new TcpServer(config, () -> new DocumentHandler(Duration.ofMillis(delay)));
    }

    /**
     * Shows a progress bar on standard error if it is a terminal, otherwise prints a line each second on standard
     * output.
     */
    private ProgressBar progressBar() {
        boolean terminal = Terminal.isInteractive();
        PrintWriter out = spec.commandLine().getOut();
        return new ProgressBarBuilder()
                .setTaskName("fetch")
                .setInitialMax(documents)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(terminal ? REFRESH_ON_TERMINAL_MILLIS : REFRESH_ELSEWHERE_MILLIS)
                .showSpeed()
                .setConsumer(
                        terminal
                                ? new ConsoleProgressBarConsumer(System.err)
                                : new DelegatingProgressBarConsumer(out::println, LINE_LENGTH))
                .build();
    }

    private void tryToFetch(InetSocketAddress address, int number) {
        try {
            fetch(address, number);
            fetched.increment();
        } catch (IOException e) {
            failed.increment();
            firstFailure.compareAndSet(null, e.toString());
        }
    }

    private void fetch(InetSocketAddress address, int number) throws IOException {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write((number + "\n").getBytes(UTF_8));
            String document = new String(socket.getInputStream().readAllBytes(), UTF_8);
            if (!document.equals(DocumentHandler.document(number))) {
                throw new IOException("document " + number + " is incomplete: " + document.length() + " characters");
            }
            characters.add(document.length());
        }
    }

    private int summarize(boolean interrupted) {
        String first = firstFailure.get();
        Commands.print(
                spec,
                Text.format(
                        "%s%,d of %,d documents fetched, %,d characters; %,d failed%s",
                        interrupted ? "interrupted: " : "",
                        fetched.sum(),
                        documents,
                        characters.sum(),
                        failed.sum(),
                        first == null ? "" : ", the first: " + first));
        return fetched.sum() == documents ? 0 : 1;
    }
}
