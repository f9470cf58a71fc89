package dev.socketserver.bench.server;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.bench.server.peer.Broadcast;
import dev.socketserver.testing.InMemoryConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code broadcast-in-memory}: how long a group takes to queue a message, and its members to send it. */
@Command(
        name = "broadcast-in-memory",
        description = "Sends a message to a group of connections of the test kit, which have no sockets.",
        mixinStandardHelpOptions = true)
public final class BroadcastInMemoryCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    /** For the command line. */
    public BroadcastInMemoryCommand() {}

    /** Joins, and then only listens. */
    private static final class Listener extends StreamRequestHandler {
        private final ConnectionGroup group;

        Listener(ConnectionGroup group) {
            this.group = group;
        }

        @Override
        protected void setup() {
            group.join(connection());
        }

        @Override
        protected void handle() throws IOException {
            keepOpen();
        }
    }

    @Override
    public Integer call() {
        ConnectionGroup group = new ConnectionGroup();
        ServerConfig config = ServerConfig.builder().awaitFirstByte(false).build();
        var server = new TcpServer(config, () -> new Listener(group)); // never bound
        List<InMemoryConnection> peers = new ArrayList<>(connections);
        for (int i = 0; i < connections; i++) {
            peers.add(InMemoryConnection.to(server).serve());
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%,d connections, heap %,d MB%n", group.size(), usedHeap() / 1_000_000);
        double[] queued = new double[rounds];
        double[] sent = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            ByteBuf message = Unpooled.directBuffer(Broadcast.MESSAGE).writeZero(Broadcast.MESSAGE);
            long begin = System.nanoTime();
            int taken = group.send(message);
            queued[round] = (System.nanoTime() - begin) / 1e6;
            if (taken != connections || message.refCnt() != connections + 1) {
                throw new IllegalStateException(taken + " took it, " + message.refCnt() + " references");
            }
            begin = System.nanoTime();
            peers.forEach(InMemoryConnection::serve);
            sent[round] = (System.nanoTime() - begin) / 1e6;
            if (message.refCnt() != 1) {
                throw new IllegalStateException("not sent to all: " + message.refCnt() + " references");
            }
            message.release();
        }
        out.printf(
                "send: %.0f ms, and %.0f ms until sent; medians of %d%n",
                Summary.median(queued), Summary.median(sent), rounds);
        out.flush();
        return 0;
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
