package dev.socketserver.pool;

/** A thread that waits until the pool releases it. Made by the thread that waits. */
final class Waiter implements FollowUp {
    private final Host host;
    private final Thread thread = Thread.currentThread();

    /** Set under the pool's lock. */
    private volatile boolean released;

    Waiter(Host host) {
        this.host = host;
    }

    /** Lets the thread go on; {@link #proceed()} has to follow. */
    void release() {
        released = true;
    }

    boolean isReleased() {
        return released;
    }

    /** Wakes the thread after {@link #release()}. */
    @Override
    public void proceed() {
        host.unpark(thread);
    }

    /** Waits until released or the time is up; tells which. */
    boolean await(long nanos) throws InterruptedException {
        long start = host.nanoTime();
        while (!released) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = nanos == Host.FOREVER ? Host.FOREVER : nanos - (host.nanoTime() - start);
            if (left <= 0) {
                return false;
            }
            host.park(this, left);
        }
        return true;
    }
}
