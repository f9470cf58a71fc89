package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Transport;
import java.util.List;
import java.util.Set;

/** A server that can be measured. */
interface Contender {
    /** The name on the command line. */
    String id();

    /** The name in the report. */
    String title();

    /** What it speaks. */
    Set<Transport> transports();

    /** Whether it can do what that workload asks of it; the transport is looked at elsewhere. */
    boolean supports(Workload workload);

    /** The command that runs it on that port until it is killed. */
    List<String> command(Workload workload, int port);
}
