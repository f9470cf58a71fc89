package dev.socketserver.peer;

import dev.socketserver.Engine;
import dev.socketserver.RequestExecutors;
import dev.socketserver.ServerConfig;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.util.Arrays;
import java.util.List;

/** The ways to run requests, each ready for a test. */
public enum Strategy {
    SYNCHRONOUS,
    THREAD_PER_REQUEST,
    ELASTIC_POOL,
    BLOCKING_ELASTIC_POOL,
    VIRTUAL_ELASTIC_POOL,
    VIRTUAL_THREAD_PER_REQUEST;

    private static final int FIRST_JDK_WITH_VIRTUAL_THREADS = 21;

    /** Returns those that this JDK has. */
    public static List<Strategy> available() {
        return Arrays.stream(values())
                .filter(strategy -> !strategy.name().startsWith("VIRTUAL")
                        || Runtime.version().feature() >= FIRST_JDK_WITH_VIRTUAL_THREADS)
                .toList();
    }

    /** Sets this strategy. */
    public ServerConfig.Builder in(ServerConfig.Builder config) {
        return switch (this) {
            case SYNCHRONOUS -> config.executor(RequestExecutors.synchronous());
            case THREAD_PER_REQUEST -> config.executor(RequestExecutors.threadPerRequest());
            case ELASTIC_POOL -> config.executor(null);
            case BLOCKING_ELASTIC_POOL -> config.executor(null).engine(Engine.BLOCKING);
            case VIRTUAL_ELASTIC_POOL ->
                config.executor(null)
                        .pool(PoolConfig.builder()
                                .workerKind(WorkerKind.VIRTUAL)
                                .build());
            case VIRTUAL_THREAD_PER_REQUEST -> config.executor(RequestExecutors.virtualThreadPerRequest());
        };
    }
}
