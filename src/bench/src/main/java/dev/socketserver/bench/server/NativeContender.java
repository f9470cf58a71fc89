package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A server that is no JVM: of C or Python.
 *
 * @param id its name on the command line
 * @param title its name in the report
 * @param transports what it speaks
 * @param mostConnections how many it can reasonably serve at a time
 * @param program what to run; the port follows
 * @param arguments what follows the port
 */
record NativeContender(
        String id,
        String title,
        Set<Transport> transports,
        int mostConnections,
        List<String> program,
        Function<Workload, List<String>> arguments)
        implements Contender {
    @Override
    public boolean supports(Workload workload) {
        return !workload.work().blocks() && workload.connections() + workload.idle() <= mostConnections;
    }

    @Override
    public List<String> command(Workload workload, int port) {
        List<String> command = new ArrayList<>(program);
        command.add(Integer.toString(port));
        command.addAll(arguments.apply(workload));
        return command;
    }
}
