package dev.socketserver.internal.run;

/**
 * Says to the requests of one run whether those that are idle are to end. Thread-safe.
 *
 * <pre>
 *   SERVING ──drain()──▶ DRAINING ──hurry()──▶ HURRYING
 * </pre>
 */
public final class DrainSignal {
    private volatile boolean draining;
    private volatile boolean hurrying;

    /** Lets requests end that are idle, once everything that their peers have sent is served. */
    void drain() {
        draining = true;
    }

    /** Lets requests end, too, whose peers have sent nothing at all yet. */
    void hurry() {
        hurrying = true;
    }

    boolean isDraining() {
        return draining;
    }

    /** Returns whether a request that is idle is to end. */
    public boolean endsIdle(OpenRequest request) {
        return draining && (hurrying || !request.isFresh());
    }
}
