package dev.socketserver.internal.run;

import java.util.concurrent.Executor;

/**
 * Passes accepted requests to the threads that serve them. This class gives each request to an executor, which is all
 * that a blocking server needs; engines that run handlers in the thread that finds them ready extend it. Thread-safe.
 */
public class Intake {
    private final RequestRunner runner;
    private final Executor executor;

    /** Creates an intake. */
    public Intake(RequestRunner runner, Executor executor) {
        this.runner = runner;
        this.executor = executor;
    }

    /** Returns the executor of the requests. */
    protected final RequestRunner runner() {
        return runner;
    }

    /** Starts the threads that the engine needs in addition to the executor's. */
    public void start() {}

    /** Accepts until the endpoint is closed; runs in the accepting thread. */
    public void accept(AcceptLoop loop) {
        loop.run();
    }

    /** Accepts the single request of {@code handleRequest()}; runs in the accepting thread. */
    public void acceptOne(OpenRequest request) {
        runner.admit(request);
    }

    /**
     * Passes a verified request to the thread that serves it. Runs in the accepting thread.
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

    /** The pool was shut down: its workers finish what they do, and there will be no others. Thread-safe. */
    public void losePool() {}

    /** Stops accepting requests; leading threads return to the pool. */
    public void stop() {}

    /** Frees the engine's resources; called after {@link #stop}, when the pool has terminated. */
    public void close() throws InterruptedException {}
}
