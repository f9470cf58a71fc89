package dev.socketserver;

import dev.socketserver.internal.pool.ServicePool;
import org.jspecify.annotations.Nullable;

/**
 * Receives datagrams and runs their handlers in the receiving thread, which leads. When a handler holds the lead for
 * too long, the {@link Watchdog} gives it to a worker of the pool, which goes on here; the acceptor has then done its
 * part, and a worker that comes back returns to the pool. One thread at a time receives.
 */
final class ReceiveLoop extends AcceptLoop<Datagram> {
    private final ServicePool pool;
    private final Watchdog watchdog;
    private final Pace pace;
    private final LeadTask task;
    private final Thread acceptor = Thread.currentThread();

    /** Makes a loop for the calling thread, the acceptor, to begin with. */
    ReceiveLoop(
            BaseServer<Datagram> server,
            RequestRunner<Datagram> runner,
            ServerListener listener,
            @Nullable Thread caller,
            ServicePool pool,
            Watchdog watchdog,
            Pace pace) {
        super(server, runner, listener, caller);
        this.pool = pool;
        this.watchdog = watchdog;
        this.pace = pace;
        task = new LeadTask(pool, runner, this::receive, () -> {});
        watchdog.watch(task);
    }

    @Override
    void run() {
        task.leadHere();
    }

    private void receive() {
        super.run();
    }

    @Override
    boolean take(Datagram datagram) {
        watchdog.wake();
        Leadership leadership = task.leadership();
        long turn = leadership.begin();
        super.take(datagram);
        if (!leadership.end(turn)) {
            return false;
        }
        boolean isNeededElsewhere = pace.isSlow() && Thread.currentThread() != acceptor && pool.isSaturated();
        if (isNeededElsewhere) {
            leadership.giveUp();
            task.callForLeader(); // in its turn, behind the tasks that wait
        }
        return !isNeededElsewhere;
    }
}
