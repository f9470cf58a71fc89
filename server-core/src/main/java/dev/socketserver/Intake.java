package dev.socketserver;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How what is accepted comes to the thread that serves it. This one gives each request to an executor, which is all
 * that a blocking server needs; the engines that run handlers where they find them ready extend it. Thread-safe.
 */
class Intake<R extends Request> {
    private final RequestRunner<R> runner;
    private final Executor executor;

    Intake(RequestRunner<R> runner, Executor executor) {
        this.runner = runner;
        this.executor = executor;
    }

    final RequestRunner<R> runner() {
        return runner;
    }

    /** Starts the threads that the engine needs besides the executor's. */
    void start() {}

    /** Returns what runs in the accepting thread, which is the {@code caller} of {@code serveForever} or our own. */
    AcceptLoop<R> acceptLoop(BaseServer<R> server, ServerListener listener, @Nullable Thread caller) {
        return new AcceptLoop<>(server, runner, listener, caller);
    }

    /** A request was accepted, and was not looked at yet. Runs in the accepting thread. */
    void accepted(R request) {}

    /**
     * Brings a verified request to the thread that serves it. Runs in the accepting thread.
     *
     * @throws java.util.concurrent.RejectedExecutionException if there is no room for the request
     */
    void process(R request) throws Exception {
        request.detach();
        executor.execute(new RequestTask<>(runner, request, null));
    }

    /** Takes nothing more; threads that lead return to the pool. */
    void stop() {}

    /** Gives back what the engine holds; after {@link #stop}, when the pool has ended. */
    void close() throws InterruptedException {}
}
