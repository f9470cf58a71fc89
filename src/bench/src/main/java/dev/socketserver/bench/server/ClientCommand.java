package dev.socketserver.bench.server;

import com.google.gson.Gson;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code client}: loads one server once and prints its {@link Observation} as JSON. */
@Command(name = "client", description = "Loads one server once.")
public final class ClientCommand implements Callable<Integer> {
    @Option(names = "--port", required = true, description = "Where the server listens, on loopback.")
    private int port;

    @Option(names = "--server", required = true, paramLabel = "PID", description = "The server's process.")
    private long server;

    @Option(names = "--workload", required = true, description = "What to do to it.")
    private String workload = "";

    @Option(names = "--seconds", required = true, description = "How long to measure.")
    private double seconds;

    @Option(names = "--warmup", required = true, description = "Seconds before that.")
    private double warmup;

    @Option(names = "--threads", required = true, description = "Threads that drive the connections; 0: as load does.")
    private int threads;

    /** For the command line. */
    public ClientCommand() {}

    @Override
    public Integer call() throws Exception {
        ProcessHandle process =
                ProcessHandle.of(server).orElseThrow(() -> new IllegalStateException("no such process: " + server));
        var target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Times times = Times.ofSeconds(warmup, seconds);
        System.out.println(new Gson().toJson(new Client(Workload.of(workload), target, process, times, threads).run()));
        return 0;
    }
}
