package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Broadcast;
import dev.socketserver.bench.server.peer.Setup;
import dev.socketserver.bench.server.peer.Work;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code serve-broadcast}: one server with a group, until standard input ends. */
@Command(name = "serve-broadcast", description = "Runs a server that tells a group, until standard input ends.")
public final class ServeBroadcastCommand implements Callable<Integer> {
    private static final int WORKERS = 64;
    private static final int BUFFER = 8 * 1024;

    @Parameters(paramLabel = "SERVER", description = "ours or netty-epoll-1.")
    private String server = "";

    @Parameters(paramLabel = "PORT", description = "Where to listen, on loopback.")
    private int port;

    /** For the command line. */
    public ServeBroadcastCommand() {}

    @Override
    public Integer call() throws Exception {
        Broadcast.of(server).start(new Setup(port, WORKERS, BUFFER, Work.NONE, null));
        System.out.println(ServerProcess.LISTENING + " on 127.0.0.1:" + port);
        ServeCommand.awaitEndOfInput();
        return 0;
    }
}
