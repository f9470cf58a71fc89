package dev.socketserver.examples.load;

/** As fast as the server answers: each operation begins when the one before it has ended. */
final class ClosedLoop implements Pace {
    private volatile boolean started;
    private volatile boolean ended;

    @Override
    public void start(long nanoTime) {
        started = true;
    }

    @Override
    public void end(long nanoTime) {
        ended = true;
    }

    @Override
    public boolean isDue(long now) {
        return started && !ended;
    }

    @Override
    public long take(long now) {
        return now;
    }

    @Override
    public long untilDue(long now) {
        return isDue(now) ? 0 : Long.MAX_VALUE;
    }

    @Override
    public long takeOverdue(long now) {
        return 0;
    }
}
