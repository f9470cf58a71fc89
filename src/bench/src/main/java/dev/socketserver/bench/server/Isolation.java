package dev.socketserver.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace of its own for the run, where nobody else's connections, ports or firewall rules count. Entered
 * by starting the program once more.
 */
final class Isolation {
    /** Set in the environment of the program inside. */
    private static final String INSIDE = "SOCKETSERVER_BENCH_ISOLATED";

    /** What has to be set up in a new namespace: loopback, long backlogs and all ports. */
    private static final String ENTER = "ip link set lo up"
            + " && echo 4096 > /proc/sys/net/core/somaxconn"
            + " && echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range"
            + " && exec \"$@\"";

    private Isolation() {}

    /** Whether this is the program inside. */
    static boolean isInside() {
        return System.getenv(INSIDE) != null;
    }

    /** Whether a namespace can be made here. */
    static boolean isPossible() throws InterruptedException {
        return Tools.succeeds(wrapped(List.of("true")).toArray(String[]::new));
    }

    /** Runs a command inside; returns its exit status. */
    static int run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder inside = new ProcessBuilder(wrapped(command)).inheritIO();
        inside.environment().put(INSIDE, "1");
        return inside.start().waitFor();
    }

    private static List<String> wrapped(List<String> command) {
        List<String> wrapped = new ArrayList<>(List.of("unshare", "-n", "sh", "-c", ENTER, "sh"));
        wrapped.addAll(command);
        return wrapped;
    }

    /** Says where the run takes place, for the report. */
    static String description() throws IOException {
        // By lines, since such a file shows its text only to a first read that has room for all of it.
        String backlog =
                Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn")).get(0);
        return (isInside() ? "a network namespace of its own" : "the machine's own network, not isolated")
                + "; backlog limit " + backlog;
    }
}
