package dev.socketserver.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The workers of a pool and how many of them are in which state. A worker counts from the moment that it is reserved,
 * before its thread is started, so that no number of submitters can overrun the maximum. Not thread-safe: guarded by
 * the pool's lock.
 */
final class Crew {
    private final Dispatcher dispatcher;
    private final Host host;
    private final IdleStack idle = new IdleStack();
    private final Set<Worker> members = new LinkedHashSet<>();
    private int starting;
    private int peak;
    private long started;
    private long retired;
    private long lastNumber;

    Crew(Dispatcher dispatcher, Host host) {
        this.dispatcher = dispatcher;
        this.host = host;
    }

    /** All workers: starting, idle and busy ones. */
    int size() {
        return members.size();
    }

    int starting() {
        return starting;
    }

    int busy() {
        return members.size() - starting - idle.size();
    }

    int peak() {
        return peak;
    }

    long started() {
        return started;
    }

    long retired() {
        return retired;
    }

    IdleStack idle() {
        return idle;
    }

    Collection<Worker> members() {
        return Collections.unmodifiableSet(members);
    }

    /** Makes places for new workers, which somebody has to start once the lock is released. */
    List<Worker> reserve(int count, String name) {
        List<Worker> reserved = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            reserved.add(new Worker(dispatcher, host, name + '-' + ++lastNumber));
        }
        members.addAll(reserved);
        starting += count;
        peak = Math.max(peak, members.size());
        return reserved;
    }

    /** A reserved worker runs. */
    void arrived() {
        starting--;
        started++;
    }

    /** Reserved workers could not be started. */
    void startFailed(List<Worker> reserved) {
        reserved.forEach(members::remove);
        starting -= reserved.size();
    }

    /** A worker ends of its own accord. */
    void leave(Worker worker) {
        members.remove(worker);
        worker.assign(Worker.RETIRE);
        retired++;
    }

    /** Ends the worker that has been idle longest, if one is idle; what is returned has to follow. */
    FollowUp retireLongestIdle() {
        Worker worker = idle.popBottom();
        if (worker == null) {
            return FollowUp.NONE;
        }
        leave(worker);
        return worker;
    }

    /** Whether the current thread is one of the workers. */
    boolean isCurrentThreadMember() {
        return members.stream().anyMatch(Worker::isCurrentThread);
    }
}
