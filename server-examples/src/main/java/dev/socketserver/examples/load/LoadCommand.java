package dev.socketserver.examples.load;

import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.SecondsConverter;
import dev.socketserver.examples.cli.Terminal;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code load}. */
@Command(
        name = "load",
        description = "Loads a TCP or UDP server that echoes, and tells how it bears it.",
        mixinStandardHelpOptions = true)
public final class LoadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--target",
            required = true,
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "The server.")
    private @Nullable InetSocketAddress target;

    @Option(names = "--mode", defaultValue = "request", description = "${COMPLETION-CANDIDATES}; default: request.")
    private Mode mode = Mode.REQUEST;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "" + LoadPlan.DEFAULT_CONNECTIONS,
            description = "Clients at a time; default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--duration",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "Seconds to measure; default: 10.")
    private Duration duration = LoadPlan.DEFAULT_DURATION;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "Seconds to run unmeasured before; default: 2.")
    private Duration warmup = LoadPlan.DEFAULT_WARMUP;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            converter = SecondsConverter.class,
            description = "Seconds to wait for a connection or an answer; default: 10, in mode udp 1.")
    private @Nullable Duration timeout;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            converter = PayloadConverter.class,
            description = "Bytes that are sent and have to come back, K and M allowed; default: "
                    + LoadPlan.DEFAULT_PAYLOAD + ".")
    private Payload payload = Payload.ofSize(LoadPlan.DEFAULT_PAYLOAD);

    @Option(
            names = "--pipeline",
            paramLabel = "N",
            defaultValue = "1",
            description = "Requests under way on each connection; default: ${DEFAULT-VALUE}.")
    private int depth;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads that drive the clients; default: as suits the machine.")
    private int threads;

    @Override
    public Integer call() throws Exception {
        LoadPlan plan = plan();
        var load = new Load(plan);
        return GracefulExit.call(load::stop, () -> {
            LoadResult result = run(load, plan);
            PrintWriter out = spec.commandLine().getOut();
            out.println(ResultTable.of(result));
            out.flush();
            return result.failures() == 0 && result.operations() > 0 ? 0 : 1;
        });
    }

    private LoadResult run(Load load, LoadPlan plan) throws Exception {
        try (Progress progress = Progress.on(spec.commandLine().getErr(), Terminal.isInteractive(), plan)) {
            return load.run(progress);
        }
    }

    private LoadPlan plan() {
        if (target == null) {
            throw new ParameterException(spec.commandLine(), "--target is missing");
        }
        try {
            LoadPlan.Builder builder = LoadPlan.builder(target)
                    .mode(mode)
                    .connections(connections)
                    .duration(duration)
                    .warmup(warmup)
                    .payload(payload)
                    .depth(depth)
                    .loops(threads);
            return (timeout == null ? builder : builder.timeout(timeout)).build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
