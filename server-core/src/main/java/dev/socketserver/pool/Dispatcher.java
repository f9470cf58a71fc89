package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.pool.ServiceTask;

/** Brings tasks and workers together: what happens when a task comes and when a worker is free. Thread-safe. */
final class Dispatcher implements ServicePool {
    private final PoolState state;
    private final Overload overload;
    private final Recruiter recruiter;

    Dispatcher(PoolConfig config, Host host) {
        this.state = new PoolState(config, host, this::look);
        this.overload = new Overload(state);
        this.recruiter = new Recruiter(state, this);
    }

    PoolState state() {
        return state;
    }

    /** Starts the supervisor and the first workers. */
    void start() {
        state.supervisor.start();
        long now = state.host.nanoTime();
        state.decide(() -> recruiter.recruitIfWanted(null, now));
    }

    /** Whether a running task is to see an interrupt. */
    boolean isStopping() {
        return state.phase.compareTo(Phase.STOPPING) >= 0;
    }

    // ---- A task comes

    @Override
    public void execute(Runnable task) {
        long now = state.host.nanoTime();
        FollowUp after;
        state.lock();
        try {
            after = admit(task, now);
        } finally {
            state.unlock();
        }
        after.proceed();
    }

    private FollowUp admit(Runnable task, long now) {
        if (state.phase != Phase.RUNNING) {
            return state.refuse(RejectionReason.SHUTDOWN, null);
        }
        if (state.crew.mayWake(now) || !state.hasRoom()) {
            Worker idle = state.crew.takeIdle(now);
            if (idle != null) {
                return handOff(idle, task, now);
            }
        }
        if (state.hasRoom() && state.blocked.isEmpty()) {
            return enqueue(task, now);
        }
        if (state.crew.size() < state.limit()) {
            // The new worker will take one from the queue, so there is room for this task behind it.
            FollowUp start = recruiter.recruit(1, StartReason.FULL, task);
            return enqueue(task, now).then(start);
        }
        return overload.overflow(task, now);
    }

    private FollowUp handOff(Worker idle, Runnable task, long now) {
        if (state.queue.isEmpty()) {
            state.tally.handedOff++;
            idle.assign(task, now);
            return idle;
        }
        state.enqueue(task, now);
        return assignNext(idle);
    }

    /** Takes a task unless that means waiting; see {@link ServicePool#tryExecute}. */
    @Override
    public boolean tryExecute(Runnable task) {
        long now = state.host.nanoTime();
        return state.decideWhether(() -> {
            if (state.phase != Phase.RUNNING) {
                return null;
            }
            Worker idle = state.crew.takeIdle(now);
            if (idle != null) {
                state.tally.handedOff++;
                idle.assign(task, now);
                return idle;
            }
            if (state.crew.size() < state.limit() && !state.growth.isPaused(now)) {
                FollowUp start = recruiter.recruit(1, StartReason.URGENT, task);
                state.queue.addFirst(task, now);
                state.tally.enqueued++;
                return start;
            }
            return state.hasRoom() && state.blocked.isEmpty() ? enqueue(task, now) : null;
        });
    }

    /** Whether a task waits that no worker, idle or starting, will take at once. */
    @Override
    public boolean isSaturated() {
        return state.read(() -> state.queue.size() > state.crew.starting() && state.crew.size() >= state.limit());
    }

    private FollowUp assignNext(Worker idle) {
        Runnable next = state.queue.removeOldest();
        idle.assign(next, state.queue.lastArrival());
        return idle;
    }

    private FollowUp enqueue(Runnable task, long now) {
        state.enqueue(task, now);
        FollowUp start = recruiter.recruitIfWanted(task, now);
        if (state.crew.size() >= state.limit()) {
            return start;
        }
        return state.supervisor.arm(now + state.config.maxQueueWait().toNanos()).then(start);
    }

    // ---- A worker is free

    /** A worker's thread runs: finds its first task. */
    void arrive(Worker worker) {
        long now = state.host.nanoTime();
        state.decide(() -> {
            state.crew.arrived();
            state.growth.startSucceeded();
            state.tally.started(worker.startReason());
            return serve(worker, now).then(PoolEvents.started(worker.name(), worker.startReason()));
        });
    }

    /** A worker has run a task: finds the next one. */
    void next(Worker worker) {
        long now = state.host.nanoTime();
        FollowUp after;
        state.lock();
        try {
            after = complete(worker, now).then(serve(worker, now));
        } finally {
            state.unlock();
        }
        after.proceed();
    }

    private FollowUp complete(Worker worker, long now) {
        Runnable task = worker.running;
        long time = StuckWatch.busyTime(worker, task, now);
        worker.running = null;
        state.tally.completed++;
        if (!(task instanceof ServiceTask)) {
            state.tally.runs.record(time);
        }
        return worker.stuck == null ? FollowUp.NONE : state.stuckWatch.ended(worker, time);
    }

    /** Gives a worker a task from the queue, or the end, or a place among the idle ones. */
    private FollowUp serve(Worker worker, long now) {
        if (state.crew.size() > state.limit()) {
            return state.leave(worker, RetireReason.LOWERED)
                    .then(state.terminateIfDone())
                    .then(state.releaseIfQuiet());
        }
        FollowUp after = overload.admitBlocked(now).then(overload.observe(now));
        Runnable task = overload.next();
        if (task != null) {
            worker.take(task);
            return after.then(begin(worker, task, state.queue.lastArrival(), now));
        }
        if (state.phase == Phase.RUNNING) {
            state.crew.idle().push(worker, now);
            if (state.surplus.watch(state.config, state.crew, now)) {
                after = after.then(state.supervisor.arm(state.surplus.look()));
            }
        } else {
            after = after.then(state.leave(worker, RetireReason.SHUTDOWN)).then(state.terminateIfDone());
        }
        return after.then(state.releaseIfQuiet());
    }

    /** A worker that was given a task while idle has woken up, so the next one may be woken. */
    void awoken(Worker worker, Runnable task) {
        long now = state.host.nanoTime();
        FollowUp after;
        state.lock();
        try {
            state.crew.awoken();
            after = begin(worker, task, worker.assignedArrival(), now);
        } finally {
            state.unlock();
        }
        after.proceed();
    }

    /** A worker begins a task; what is still queued needs others. */
    private FollowUp begin(Worker worker, Runnable task, long arrival, long now) {
        worker.running = task;
        worker.runningSince = now;
        state.crew.progressed(now);
        state.tally.waits.record(now - arrival);
        FollowUp after = state.queue.isEmpty() ? FollowUp.NONE : engage(now);
        if (task instanceof ServiceTask) {
            after = after.then(state.releaseIfQuiet());
        }
        if (now - arrival > state.config.maxQueueWait().toNanos()) {
            after = after.then(PoolEvents.waited(state.config.name(), now - arrival));
        }
        if (state.stuckWatch.watch(state.config, now)) {
            after = after.then(state.supervisor.arm(state.stuckWatch.look()));
        }
        return after;
    }

    /** Finds another worker for what is queued: an idle one, or a new one if there is reason to. */
    private FollowUp engage(long now) {
        Worker idle = state.crew.mayWake(now) ? state.crew.takeIdle(now) : null;
        return idle == null ? recruiter.recruitIfWanted(null, now) : assignNext(idle);
    }

    // ---- Time has passed, or the configuration was changed

    /** One look after the pool; returns the time until the next one, or {@link Supervisor#END}. */
    long look() {
        long now = state.host.nanoTime();
        FollowUp after;
        long delay;
        state.lock();
        try {
            if (state.phase == Phase.TERMINATED) {
                return Supervisor.END;
            }
            after = maintain(now);
            delay = state.supervisor.rearm(now, nextLook(now));
        } finally {
            state.unlock();
        }
        after.proceed();
        return delay;
    }

    private FollowUp maintain(long now) {
        return state.stuckWatch
                .inspect(now)
                .then(state.retire(state.surplus.retirees(state.config, state.crew, now), RetireReason.SURPLUS))
                .then(recruiter.recruitIfWanted(null, now));
    }

    private long nextLook(long now) {
        return Math.min(
                state.growth.nextLook(state, now),
                Math.min(state.surplus.nextLook(now), state.stuckWatch.nextLook(now)));
    }

    /** Puts a new configuration in force. */
    void reconfigure(PoolConfig config) {
        long now = state.host.nanoTime();
        state.decide(() -> {
            state.config = config;
            FollowUp after = state.retire(Math.max(state.crew.size() - state.limit(), 0), RetireReason.LOWERED);
            after = after.then(overload.admitBlocked(config.queueCapacity() - state.queue.size(), now));
            state.surplus.reset(now);
            state.stuckWatch.reset(now);
            return after.then(recruiter.recruitIfWanted(null, now)).then(state.supervisor.arm(now));
        });
    }
}
