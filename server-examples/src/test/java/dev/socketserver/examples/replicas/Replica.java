package dev.socketserver.examples.replicas;

/** One of several servers behind a balancer; made stopped. Not thread-safe. */
interface Replica extends AutoCloseable {
    /** The name by which the balancer knows it. */
    String name();

    /** Starts it, again if it had ended; the balancer tells when it is ready. */
    void start() throws Exception;

    /** Asks it to end, by SIGTERM, and returns its exit code. */
    int stop() throws Exception;

    /** Ends it without asking, by SIGKILL. */
    void kill() throws Exception;

    /** Stops its clock: it does not answer, nor end its connections, until {@link #thaw}. */
    void freeze() throws Exception;

    /** Lets it go on. */
    void thaw() throws Exception;

    /** Ends it, if it runs. */
    @Override
    void close();
}
