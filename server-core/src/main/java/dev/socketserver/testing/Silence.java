package dev.socketserver.testing;

import dev.socketserver.internal.run.CallerRun;
import java.time.Duration;

/** A step in which the peer sends nothing and time passes, interrupted when the connection has something to do. */
final class Silence implements MemoryChannel.Step {
    private static final long UNTIL_TIME_IS_UP = -1;

    private final CallerRun run;
    private final MemoryRequest request;
    private long left; // in nanoseconds, or UNTIL_TIME_IS_UP

    private Silence(long nanos, CallerRun run, MemoryRequest request) {
        left = nanos;
        this.run = run;
        this.request = request;
    }

    /** Returns a silence of the given length. */
    static Silence of(Duration time, CallerRun run, MemoryRequest request) {
        return new Silence(time.toNanos(), run, request);
    }

    /** Returns a silence that lasts until the current wait times out; it ends at once if the wait has no timeout. */
    static Silence untilTimeIsUp(CallerRun run, MemoryRequest request) {
        return new Silence(UNTIL_TIME_IS_UP, run, request);
    }

    @Override
    public MemoryChannel.Wait happen() {
        long patience = request.patience(); // from now on
        boolean isBounded = patience != MemoryChannel.NO_LIMIT;
        long span = left != UNTIL_TIME_IS_UP ? left : isBounded ? patience : 0;
        long most = Math.min(span, isBounded ? patience : span);
        long passed = 0;
        while (passed < most && !request.isCalled()) {
            passed += run.pass(most - passed);
        }
        boolean isCalled = request.isCalled();
        boolean isUp = !isCalled && (left == UNTIL_TIME_IS_UP || (isBounded && passed == patience));
        if (left != UNTIL_TIME_IS_UP) {
            left -= passed;
        }
        if (isCalled || left > 0) {
            request.channel.addFirst(this);
        }
        if (isUp) {
            request.timeIsUp();
        }
        return isUp ? MemoryChannel.Wait.TIMED_OUT : MemoryChannel.Wait.ENDED;
    }
}
