package dev.socketserver.internal.run;

import java.util.concurrent.Executor;

/**
 * Brings accepted requests to the threads that serve them. This one gives each request to an executor, which is all
 * that a blocking server needs; the engines that run handlers where they find them ready extend it. Thread-safe.
 */
public class Intake {
    private final RequestRunner runner;
    private final Executor executor;

    /** Creates an intake. */
    public Intake(RequestRunner runner, Executor executor) {
        this.runner = runner;
        this.executor = executor;
    }

    /** Returns what runs the requests. */
    protected final RequestRunner runner() {
        return runner;
    }

    /** Starts the threads that the engine needs besides the executor's. */
    public void start() {}

    /** Accepts until the endpoint is closed; runs in the accepting thread. */
    public void accept(AcceptLoop loop) {
        loop.run();
    }

    /** Takes the one request that {@code handleRequest()} has accepted; runs in the accepting thread. */
    public void acceptOne(OpenRequest request) {
        runner.admit(request);
    }

    /**
     * Brings a verified request to the thread that serves it. Runs in the accepting thread.
     *
     * @throws java.util.concurrent.RejectedExecutionException if there is no room for the request
     */
    public void process(OpenRequest request) {
        execute(request);
    }

    /** Gives a request to the executor. */
    protected final void execute(OpenRequest request) {
        runner.execute(request, executor);
    }

    /** Takes nothing more; threads that lead return to the pool. */
    public void stop() {}

    /** Frees what the engine holds; after {@link #stop}, when the pool has ended. */
    public void close() throws InterruptedException {}
}
