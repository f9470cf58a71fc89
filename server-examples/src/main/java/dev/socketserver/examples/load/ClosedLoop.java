package dev.socketserver.examples.load;

/** As fast as the server answers: each operation begins when the one before it has ended. */
final class ClosedLoop implements Pace {
    private volatile boolean ended;

    @Override
    public void start(long nanoTime) {
        // Whoever is ready begins.
    }

    @Override
    public void end(long nanoTime) {
        ended = true;
    }

    @Override
    public boolean isDue(long now) {
        return !ended;
    }

    @Override
    public long take(long now) {
        return now;
    }

    @Override
    public long untilDue(long now) {
        return ended ? Long.MAX_VALUE : 0;
    }

    @Override
    public long takeOverdue(long now) {
        return 0;
    }
}
