package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Broadcast;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code broadcast}: one message to many peers, ours and Netty in interleaved rounds. */
@Command(
        name = "broadcast",
        description = "Sends each message of one peer to a group, and prints a table.",
        mixinStandardHelpOptions = true)
public final class BroadcastCommand implements Callable<Integer> {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--peers", paramLabel = "N", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}.")
    private int peers;

    @Option(
            names = "--group",
            paramLabel = "K",
            defaultValue = "1000",
            description = "How many of them receive the messages; default: ${DEFAULT-VALUE}.")
    private int group;

    @Option(
            names = "--rate",
            paramLabel = "M",
            defaultValue = "1000",
            description = "Messages per second, at most; default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--window",
            paramLabel = "W",
            defaultValue = "16",
            description = "How many messages may be on their way; default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(names = "--stragglers", description = "One of the group never reads, one reads 1 kB/s.")
    private boolean stragglers;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--warmup", paramLabel = "S", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
    private double warmup;

    @Option(
            names = "--java-options",
            split = " ",
            paramLabel = "OPTIONS",
            defaultValue = "-Xms64m -Xmx1g -XX:AutoBoxCacheMax=20000",
            description = "What the servers are started with; default: ${DEFAULT-VALUE}.")
    private List<String> javaOptions = new ArrayList<>();

    /** For the command line. */
    public BroadcastCommand() {}

    /** What one round of one server has come to; times in microseconds. */
    private record Round(
            double deliveries, double median, double tail, double cpuPerDelivery, double threads, double memory) {}

    @Override
    public Integer call() throws Exception {
        if (group > peers || group < (stragglers ? 3 : 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--group must be at most --peers, and have members: " + group);
        }
        Times times = Times.ofSeconds(warmup, seconds);
        Map<Broadcast, List<Round>> results = new EnumMap<>(Broadcast.class);
        Path log = Files.createTempFile("broadcast", ".log");
        try {
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < Broadcast.values().length; i++) {
                    Broadcast server = Broadcast.values()[(round + i) % Broadcast.values().length];
                    results.computeIfAbsent(server, s -> new ArrayList<>()).add(measure(server, times, log));
                }
            }
        } finally {
            Files.delete(log);
        }
        print(results, spec.commandLine().getOut());
        return 0;
    }

    private Round measure(Broadcast server, Times times, Path log) throws IOException {
        Jvm java = Jvm.of(Path.of(System.getProperty("java.home")), javaOptions);
        int port = Trial.freePort();
        List<String> command = java.command("serve-broadcast", server.id(), Integer.toString(port));
        try (var process = ServerProcess.start(command, log);
                var audience = new Audience(port, peers, group, window, stragglers)) {
            audience.run(times.warmup(), rate);
            Usage before = Usage.of(process.handle());
            long begin = System.nanoTime();
            double deliveries = (double) audience.run(times.duration(), rate) * audience.hearers();
            double took = (System.nanoTime() - begin) / 1e9;
            Usage after = Usage.of(process.handle());
            return new Round(
                    deliveries / took,
                    audience.latencies().getValueAtPercentile(MEDIAN) / 1e3,
                    audience.latencies().getValueAtPercentile(TAIL) / 1e3,
                    (after.cpuSeconds() - before.cpuSeconds()) / deliveries * 1e6,
                    after.threads(),
                    Usage.memoryBytes(process.handle()));
        }
    }

    private void print(Map<Broadcast, List<Round>> results, PrintWriter out) {
        out.printf(
                "%,d peers, %,d in the group%s; at most %,.0f messages/s, %,d on their way; %d rounds of %.0f s.%n%n",
                peers, group, stragglers ? ", two of them stragglers" : "", rate, window, rounds, seconds);
        out.println("| server | deliveries/s | p50 to the last | p99 to the last | CPU/delivery | threads | memory |");
        out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        results.forEach((server, all) -> out.printf(
                "| %s | %,.0f | %,.2f ms | %,.2f ms | %.2f µs | %.0f | %,.0f MB |%n",
                server.title(),
                median(all, Round::deliveries),
                median(all, Round::median) / 1e3,
                median(all, Round::tail) / 1e3,
                median(all, Round::cpuPerDelivery),
                median(all, Round::threads),
                median(all, Round::memory) / 1e6));
        out.flush();
    }

    private static double median(List<Round> all, ToDoubleFunction<Round> figure) {
        return Summary.median(all.stream().mapToDouble(figure).toArray());
    }
}
