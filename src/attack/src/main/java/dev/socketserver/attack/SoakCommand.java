package dev.socketserver.attack;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code soak}: every kind of client at once on servers that drain and start again in one process, and what
 * that process holds meanwhile. Fails if anything went wrong, leaked or grew.
 */
@Command(
        name = "soak",
        description = "Keeps this library's servers busy in every way, drains and restarts them, and looks for leaks.",
        mixinStandardHelpOptions = true)
public final class SoakCommand implements Callable<Integer> {
    private static final Duration LONGEST_CYCLE = Duration.ofSeconds(10);
    private static final int CYCLES_OF_SHORT_SOAK = 5;
    private static final int FEWEST_CYCLES = 3;
    private static final int SAMPLES_PER_CYCLE = 4;
    private static final int LEAST_SECONDS = 10;
    private static final List<String> JAVA_OPTIONS = List.of(
            "-Xmx64m", "-Dio.netty.leakDetection.level=paranoid", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

    /** What was held under load and, the servers being stopped, at rest. */
    private record Cycle(SoakSample load, SoakSample rest) {}

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "300",
            description = "For how long, 10 at least; default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "What the clients' choices depend on; default: ${DEFAULT-VALUE}.")
    private long seed;

    private final SoakLedger ledger = new SoakLedger();
    private final long start = System.nanoTime();
    private long lost;
    private long threadsLeft;

    /** For the command line. */
    public SoakCommand() {}

    @Override
    public Integer call() throws IOException, GeneralSecurityException, InterruptedException {
        if (seconds < LEAST_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds must be " + LEAST_SECONDS + " at least: " + seconds);
        }
        Path directory = Files.createTempDirectory("soak");
        Path keyStore = directory.resolve("store.p12");
        Path socketFile = directory.resolve("socket");
        try {
            SelfSigned.create(keyStore);
            int port = Target.takePorts(SoakServeCommand.PORTS);
            List<String> arguments =
                    List.of("soak-serve", Integer.toString(port), socketFile.toString(), keyStore.toString());
            try (Target target = Target.start(port, JAVA_OPTIONS, arguments)) {
                var servers = new SoakClient.Servers(target.address(), socketFile, SelfSigned.context(keyStore));
                return soak(target, servers);
            }
        } finally {
            Files.deleteIfExists(keyStore);
            Files.deleteIfExists(socketFile);
            Files.delete(directory);
        }
    }

    private int soak(Target target, SoakClient.Servers servers) throws IOException, InterruptedException {
        var log = new SoakLog(target.log());
        print("| s | answers | at load: heap, MiB | direct, MiB | descriptors | threads "
                + "| at rest: heap, MiB | direct, MiB | descriptors | threads |");
        print("|" + " ---: |".repeat(10));
        List<Cycle> cycles = new ArrayList<>();
        List<SoakClient> clients = startClients(servers);
        try {
            Duration cycle = Duration.ofSeconds(Math.min(LONGEST_CYCLE.toSeconds(), seconds / CYCLES_OF_SHORT_SOAK));
            while (elapsed() < seconds || cycles.size() < FEWEST_CYCLES) {
                cycles.add(cycle(target, cycle));
            }
        } finally {
            clients.forEach(SoakClient::stop);
            for (SoakClient client : clients) {
                client.awaitEnd();
            }
        }
        lost += stop(target);
        threadsLeft = Long.parseLong(target.ask(SoakServeCommand.END));
        SoakSample after = SoakSample.take(target);
        target.close();
        log.awaitEnd();
        return verdict(cycles, after, log);
    }

    private List<SoakClient> startClients(SoakClient.Servers servers) {
        var random = new SplittableRandom(seed);
        List<SoakClient> clients = new ArrayList<>();
        for (SoakBehaviour behaviour : SoakBehaviour.values()) {
            for (int i = 0; i < behaviour.clients(); i++) {
                clients.add(new SoakClient(behaviour, servers, ledger, random.split()));
            }
        }
        return clients;
    }

    private Cycle cycle(Target target, Duration time) throws IOException {
        List<SoakSample> samples = new ArrayList<>();
        for (int i = 0; i < SAMPLES_PER_CYCLE; i++) {
            LockSupport.parkNanos(time.toNanos() / SAMPLES_PER_CYCLE);
            samples.add(SoakSample.take(target));
        }
        ledger.change();
        lost += stop(target);
        var cycle = new Cycle(SoakSample.most(samples), SoakSample.take(target));
        target.ask(SoakServeCommand.START);
        ledger.change();
        print("| %d | %d | %s | %s |"
                .formatted(
                        elapsed(),
                        ledger.answered(),
                        cycle.load().cells(),
                        cycle.rest().cells()));
        return cycle;
    }

    /** Returns for how many seconds it has lasted. */
    private long elapsed() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }

    /** Stops the servers, and returns how many requests were cut off whose clients behaved. */
    private static long stop(Target target) throws IOException {
        return Long.parseLong(target.ask(SoakServeCommand.STOP));
    }

    private int verdict(List<Cycle> cycles, SoakSample after, SoakLog log) {
        Cycle first = cycles.get(1); // the one before warms up
        List<Cycle> last = cycles.subList(cycles.size() - Math.max(1, cycles.size() / 4), cycles.size());
        SoakSample load = SoakSample.median(last.stream().map(Cycle::load).toList());
        SoakSample rest = SoakSample.median(last.stream().map(Cycle::rest).toList());
        print("");
        print("| | heap, MiB | direct, MiB | descriptors | threads |");
        print("| --- | ---: | ---: | ---: | ---: |");
        print("| load, second cycle | %s |".formatted(first.load().cells()));
        print("| load, last quarter | %s |".formatted(load.cells()));
        print("| rest, second cycle | %s |".formatted(first.rest().cells()));
        print("| rest, last quarter | %s |".formatted(rest.cells()));
        print("| all closed | %s |".formatted(after.cells()));
        print("| may be more under load | %s |".formatted(SoakSample.LOAD_MARGIN.cells()));
        print("| may be more at rest | %s |".formatted(SoakSample.REST_MARGIN.cells()));
        print("");
        print("seed %d: %d answers, %d restarts, %d visits to break rules, %d interrupted by restarts, %d warnings"
                .formatted(
                        seed,
                        ledger.answered(),
                        cycles.size(),
                        ledger.misbehaving(),
                        ledger.interrupted(),
                        log.warnings()));
        boolean grown = load.hasGrownSince(first.load(), SoakSample.LOAD_MARGIN)
                || rest.hasGrownSince(first.rest(), SoakSample.REST_MARGIN)
                || after.hasGrownSince(first.rest(), SoakSample.REST_MARGIN);
        print("%d wrong answers, %d failures, %d lost in drains, %d leaks, %d errors logged, %d threads left, %s"
                .formatted(
                        ledger.wrong(),
                        ledger.failed(),
                        lost,
                        log.leaks(),
                        log.errors(),
                        threadsLeft,
                        grown ? "grown" : "not grown"));
        long faults = ledger.wrong() + ledger.failed() + lost + log.leaks() + log.errors() + threadsLeft;
        return faults == 0 && !grown ? 0 : 1;
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
