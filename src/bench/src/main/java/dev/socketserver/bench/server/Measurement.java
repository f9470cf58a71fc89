package dev.socketserver.bench.server;

/**
 * One server under one workload once.
 *
 * @param seconds how long it was measured
 * @param operations operations that succeeded in that time
 * @param failures operations that failed
 * @param failure the first failure's message; empty if there was none
 * @param medianMicros the median latency, in microseconds
 * @param tailMicros the workload's tail percentile, in microseconds
 * @param serverCpu processors that the server used, on average
 * @param clientCpu processors that the client used, on average
 * @param othersCpu processors that the rest of the machine used, on average: a disturbance
 * @param clientThreads threads that drove the client's connections
 * @param threads the server's threads at the end
 * @param memoryBytes the server's resident memory at the end
 */
record Measurement(
        double seconds,
        long operations,
        long failures,
        String failure,
        double medianMicros,
        double tailMicros,
        double serverCpu,
        double clientCpu,
        double othersCpu,
        int clientThreads,
        int threads,
        long memoryBytes) {
    /** Above this share of what it may use, a client or a machine counts as saturated. */
    private static final double SATURATED = 0.9;

    /** A server that uses less than this much of what a saturated client uses was held back by it. */
    private static final double HELD_BACK = 0.4;

    /** Operations per second. */
    double rate() {
        return operations / seconds;
    }

    /** Processor time that the server spent on an operation, in microseconds. */
    double cpuMicrosPerOperation() {
        return operations == 0 ? 0 : serverCpu * seconds * 1e6 / operations;
    }

    /**
     * Whether the client set the pace: it, or the machine, was saturated, and mostly with the client's work, so that
     * the rate says little of the server.
     */
    boolean isClientBound(int processors) {
        boolean saturated = clientCpu > SATURATED * clientThreads || clientCpu + serverCpu > SATURATED * processors;
        return saturated && serverCpu < HELD_BACK * clientCpu;
    }
}
