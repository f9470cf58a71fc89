package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.JvmServer;
import dev.socketserver.bench.server.peer.Setup;
import dev.socketserver.bench.server.peer.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
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

    @Parameters(paramLabel = "KEYSTORE", description = "Its key, for workloads with TLS.")
    private Path keyStore = Path.of("");

    /** For the command line. */
    public ServeCommand() {}

    @Override
    public Integer call() throws Exception {
        JvmServer.of(server).start(setup(Workload.of(workload)));
        System.out.println(ServerProcess.LISTENING + " on 127.0.0.1:" + port);
        awaitEndOfInput();
        return 0;
    }

    /** With as many workers as connections. */
    private Setup setup(Workload load) throws IOException, GeneralSecurityException {
        SSLContext tls = load.transport() == Transport.TLS ? ServerKey.context(keyStore) : null;
        return new Setup(port, load.connections() + load.idle(), load.bufferBytes(), load.work(), tls);
    }

    /** Returns when whoever started this process closes its input, or ends. */
    static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // Whoever started this says nothing more; the end is what counts.
        }
    }
}
