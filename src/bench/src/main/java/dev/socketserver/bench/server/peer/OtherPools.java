package dev.socketserver.bench.server.peer;

import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jboss.threads.EnhancedQueueExecutor;

/** Other projects' thread pools under a {@link BlockingAcceptor}. */
final class OtherPools {
    private static final int MIN_THREADS = 8;

    private OtherPools() {}

    static void jbossThreads(Setup setup) throws Exception {
        EnhancedQueueExecutor pool = new EnhancedQueueExecutor.Builder()
                .setCorePoolSize(Math.min(MIN_THREADS, setup.workers()))
                .setMaximumPoolSize(setup.workers())
                .build();
        pool.prestartAllCoreThreads();
        BlockingAcceptor.serve(setup, pool);
    }

    static void jetty(Setup setup) throws Exception {
        QueuedThreadPool pool = new QueuedThreadPool(setup.workers(), Math.min(MIN_THREADS, setup.workers()));
        pool.setReservedThreads(0); // they are for Jetty's own selectors
        pool.start();
        BlockingAcceptor.serve(setup, pool);
    }
}
