package dev.socketserver.bench.server.peer;

import dev.socketserver.bench.pool.VirtualThreadPerTask;
import java.io.IOException;
import java.util.concurrent.Executors;

/** The JDK's own executors under a {@link BlockingAcceptor}. */
final class JdkPools {
    private JdkPools() {}

    static void cached(Setup setup) throws IOException {
        BlockingAcceptor.serve(setup, Executors.newCachedThreadPool());
    }

    static void fixed(Setup setup) throws IOException {
        BlockingAcceptor.serve(setup, Executors.newFixedThreadPool(setup.workers()));
    }

    static void threadPerConnection(Setup setup) throws IOException {
        BlockingAcceptor.serve(setup, task -> new Thread(task).start());
    }

    static void virtualThreads(Setup setup) throws IOException {
        BlockingAcceptor.serve(setup, VirtualThreadPerTask.executor());
    }
}
