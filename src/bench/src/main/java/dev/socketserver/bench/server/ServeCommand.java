package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.JvmServer;
import dev.socketserver.bench.server.peer.Setup;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code serve}: one server, set up for one workload, until standard input ends. */
@Command(name = "serve", description = "Runs one of the servers, until standard input ends.")
public final class ServeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SERVER", description = "Its name, as in the list of: servers --list")
    private String server = "";

    @Parameters(paramLabel = "PORT", description = "Where to listen, on loopback.")
    private int port;

    @Parameters(paramLabel = "WORKLOAD", description = "What to set it up for.")
    private String workload = "";

    /** For the command line. */
    public ServeCommand() {}

    @Override
    public Integer call() throws Exception {
        Setup setup = Workload.of(workload).setup(port);
        JvmServer.of(server).start(setup);
        System.out.println(ServerProcess.LISTENING + " on 127.0.0.1:" + port);
        awaitEndOfInput();
        return 0;
    }

    private static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // Whoever started this says nothing more; the end is what counts.
        }
    }
}
