package dev.socketserver.bench.server.peer;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.Engine;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import dev.socketserver.bench.pool.VirtualThreadPerTask;
import dev.socketserver.net.Tls;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/** This project's servers, one method for each strategy. */
final class Ours {
    /** Far from what a process has descriptors for, since near the limit the connections idle longest are closed. */
    private static final int MOST_MEMBERS = 100_000;

    private Ours() {}

    /** Connections wait in a selector, before their first byte and between requests. */
    static void selecting(Setup setup) throws IOException {
        serve(elastic(setup).engine(Engine.SELECTING).awaitFirstByte(true), () -> new OurRequest(setup.work()));
    }

    static void conversation(Setup setup) throws IOException {
        serve(elastic(setup).engine(Engine.SELECTING), () -> new OurConversation(setup));
    }

    static void blocking(Setup setup) throws IOException {
        serve(elastic(setup).engine(Engine.BLOCKING), () -> new OurConversation(setup));
    }

    static void threadPerRequest(Setup setup) throws IOException {
        serve(config(setup).executor(task -> new Thread(task).start()), () -> new OurConversation(setup));
    }

    static void virtualThreadPerRequest(Setup setup) throws IOException {
        serve(config(setup).executor(VirtualThreadPerTask.executor()), () -> new OurConversation(setup));
    }

    static void virtualWorkers(Setup setup) throws IOException {
        PoolConfig workers = pool(setup).workerKind(WorkerKind.VIRTUAL).build();
        serve(config(setup).pool(workers), () -> new OurConversation(setup));
    }

    /** Members may be silent for as long as they like. */
    static void broadcast(Setup setup) throws IOException {
        ConnectionGroup group = new ConnectionGroup();
        ServerConfig.Builder config =
                elastic(setup).awaitFirstByte(true).maxConnections(MOST_MEMBERS).idleTimeout(Duration.ZERO);
        serve(config, () -> new OurBroadcast(group));
    }

    @SuppressWarnings("resource") // runs until the process ends
    static void datagrams(Setup setup) throws IOException {
        ServerConfig config = ServerConfig.builder()
                .address(setup.address())
                .pool(pool(setup).build())
                .build();
        new UdpServer(config, OurDatagram::new).start();
    }

    @SuppressWarnings("resource") // runs until the process ends
    private static void serve(ServerConfig.Builder config, Supplier<StreamRequestHandler> handlers) throws IOException {
        new TcpServer(config.build(), handlers).start();
    }

    private static ServerConfig.Builder config(Setup setup) {
        return ServerConfig.builder()
                .address(setup.address())
                .backlog(Setup.BACKLOG)
                .readBufferSize(setup.bufferBytes())
                .writeBufferSize(setup.bufferBytes())
                .tls(setup.tls() == null ? null : Tls.of(setup.tls()));
    }

    private static ServerConfig.Builder elastic(Setup setup) {
        return config(setup).pool(pool(setup).build());
    }

    private static PoolConfig.Builder pool(Setup setup) {
        return PoolConfig.builder().maxWorkers(Math.max(PoolConfig.DEFAULT_MIN_WORKERS, setup.workers()));
    }
}
