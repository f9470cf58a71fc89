package dev.socketserver.bench.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code servers}: measures servers side by side and writes the tables. */
@Command(
        name = "servers",
        description = "Runs our servers and their peers under the same load and writes a table for each workload.",
        mixinStandardHelpOptions = true)
public final class ServersCommand implements Callable<Integer> {
    private static final String MARKDOWN = "servers.md";
    private static final String JSON = "servers.json";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "How long each measurement is; default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "3",
            description = "Seconds of load before each; default: ${DEFAULT-VALUE}.")
    private double warmup;

    @Option(names = "--only", split = ",", paramLabel = "SERVER", description = "The servers; default: all.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--workloads", split = ",", paramLabel = "WORKLOAD", description = "Default: all.")
    private List<String> workloads = new ArrayList<>();

    @Option(names = "--java", paramLabel = "HOME", description = "The JDK of the servers; default: this one.")
    private Path java = Path.of(System.getProperty("java.home"));

    @Option(
            names = "--java-options",
            split = " ",
            paramLabel = "OPTIONS",
            defaultValue = "-Xms64m -Xmx1g -XX:AutoBoxCacheMax=20000",
            description = "What every server in a JVM is started with; default: ${DEFAULT-VALUE}.")
    private List<String> javaOptions = new ArrayList<>();

    @Option(
            names = "--client-threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads that drive the client's connections; default: as the load tester.")
    private int clientThreads;

    @Option(
            names = "--quota",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "How much of one processor each server may use, in a control group of its own, as root; "
                    + "default: no limit.")
    private int quota;

    @Option(
            names = "--busy",
            paramLabel = "N",
            defaultValue = "0",
            description = "Busy loops to run beside servers and client; default: none.")
    private int busy;

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            defaultValue = "bench-results",
            description = "Where servers.md and servers.json go; default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("");

    @Option(names = "--shared-network", description = "Do not run in a network namespace of its own.")
    private boolean sharedNetwork;

    @Option(names = "--list", description = "List servers and workloads, and run nothing.")
    private boolean list;

    /** For the command line. */
    public ServersCommand() {}

    @Override
    public Integer call() throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(ServersCommand::killChildren)); // for Ctrl-C
        if (!list && !sharedNetwork && !Isolation.isInside() && Isolation.isPossible()) {
            List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
            return Isolation.run(thisJvm(List.of()).command(arguments.toArray(String[]::new)));
        }
        Path folder = Files.createTempDirectory("bench");
        try {
            return run(folder);
        } finally {
            delete(folder);
        }
    }

    private static void killChildren() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    private int run(Path folder) throws IOException, InterruptedException {
        Jvm servers = Jvm.of(java, javaOptions);
        Catalogue catalogue =
                new Catalogue(folder, servers, Jvm.newest(javaOptions).orElse(servers));
        List<Contender> contenders = chosen("server", only, catalogue.contenders(), Contender::id);
        List<Workload> loads = chosen("workload", workloads, Workload.ALL, Workload::id);
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            contenders.forEach(each -> out.printf("%-22s %s%n", each.id(), each.title()));
            loads.forEach(each -> out.printf("%-22s %s%n", each.id(), each.title()));
            return 0;
        }
        if (quota < 0 || busy < 0) {
            throw new ParameterException(spec.commandLine(), "--quota and --busy must be at least 0");
        }
        Conditions conditions = new Conditions(quota, busy);
        Machine machine = Machine.here(servers, conditions);
        try (var inForce = conditions.begin()) {
            var trial = new Trial(thisJvm(List.of()), clientThreads, Times.ofSeconds(warmup, seconds), inForce, folder);
            compare(new Comparison(contenders, trial, rounds, spec.commandLine().getErr()), loads, machine, catalogue);
        }
        out.println(Files.readString(output.resolve(MARKDOWN)));
        out.flush();
        return 0;
    }

    private void compare(Comparison comparison, List<Workload> loads, Machine machine, Catalogue catalogue)
            throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        for (Workload workload : loads) {
            List<Row> rows = comparison.run(workload);
            if (rows.isEmpty()) {
                continue; // none of the chosen servers speaks its transport
            }
            results.add(Result.of(workload, rows));
            Files.createDirectories(output);
            Page.write(output, workload, rows);
            write(new Report(Report.SCHEMA, machine, rounds, seconds, warmup, catalogue.leftOut(), results));
        }
    }

    /** Written after each workload, so that a run that is ended early leaves what it has. */
    private void write(Report report) throws IOException {
        Files.writeString(output.resolve(MARKDOWN), report.toMarkdown());
        Files.writeString(output.resolve(JSON), report.toJson());
    }

    private static Jvm thisJvm(List<String> options) {
        return Jvm.of(Path.of(System.getProperty("java.home")), options);
    }

    private <T> List<T> chosen(String what, List<String> names, List<T> all, Function<T, String> id) {
        for (String name : names) {
            if (all.stream().map(id).noneMatch(name::equals)) {
                throw new ParameterException(spec.commandLine(), "no such " + what + " here, see --list: " + name);
            }
        }
        return all.stream()
                .filter(each -> names.isEmpty() || names.contains(id.apply(each)))
                .toList();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
