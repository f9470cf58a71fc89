package dev.socketserver.internal.run;

/**
 * Signals to the requests of a run whether idle ones must end. Thread-safe.
 *
 * <pre>
 *   SERVING ──drain()──▶ DRAINING ──hurry()──▶ HURRYING
 * </pre>
 */
public final class DrainSignal {
    private volatile boolean draining;
    private volatile boolean hurrying;

    /** Makes idle requests end, once everything that their peers have sent is served. */
    void drain() {
        draining = true;
    }

    /** Also makes requests end whose peers have not sent anything yet. */
    void hurry() {
        hurrying = true;
    }

    boolean isDraining() {
        return draining;
    }

    /** Returns whether an idle request must end. */
    public boolean endsIdle(OpenRequest request) {
        return draining && (hurrying || !request.isFresh());
    }
}
