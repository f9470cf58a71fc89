package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.internal.util.Log;
import dev.socketserver.pool.PoolState.Phase;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Assigns tasks to workers: decides what happens when a task arrives and when a worker becomes free. Thread-safe. */
final class Dispatcher implements ServicePool, Worker.Source {
    private static final Consumer<Runnable> RUN = Runnable::run;

    private final PoolState state;
    private final Overload overload;
    private final WorkerStarter starter;
    private final SurplusRule surplus;
    private final StuckWatch stuckWatch;
    private final Lifecycle lifecycle;
    private final List<Runnable> onSaturation = new CopyOnWriteArrayList<>();
    private final AtomicInteger peersAwaited = new AtomicInteger(); // by tasks
    private volatile boolean saturated; // written at the end of each decision that changes it, with the lock held

    Dispatcher(PoolConfig config, Machine machine, Log log) {
        this.state = new PoolState(config, machine, log, this::look, this::settle);
        this.overload = new Overload(state);
        this.starter = new WorkerStarter(state, overload, this);
        this.surplus = new SurplusRule(state);
        this.stuckWatch = new StuckWatch(state);
        this.lifecycle = new Lifecycle(state, overload);
    }

    PoolState state() {
        return state;
    }

    Lifecycle lifecycle() {
        return lifecycle;
    }

    /** Starts the supervisor and the first workers. */
    void start() {
        state.supervisor.start();
        state.lock();
        try {
            starter.startIfWanted(null);
        } finally {
            state.unlock();
        }
    }

    @Override
    public boolean isStopping() {
        return state.phase.compareTo(Phase.STOPPING) >= 0;
    }

    /** Returns the current metrics. */
    PoolSnapshot snapshot() {
        long now = state.machine.nanoTime();
        state.acquire();
        try {
            return PoolSnapshot.of(state, now, overload.blocked(), overload.isOverloaded(now));
        } finally {
            state.release();
        }
    }

    // ---- A task arrives

    @Override
    public void execute(Runnable task) {
        execute(task, Machine.FOREVER);
    }

    /**
     * Runs a task on a worker, immediately or when one becomes free.
     *
     * @param nanos how long to wait for room at most, if the overload policy is to wait; if the time is up, a
     *     {@link java.util.concurrent.TimeoutException} is the cause of the rejection
     */
    void execute(Runnable task, long nanos) {
        Runnable answer;
        state.lock();
        try {
            answer = admit(task, nanos);
        } finally {
            state.unlock();
        }
        if (answer != null) {
            answer.run();
        }
    }

    /** Accepts a task, or returns what its submitter must do once the lock is released. */
    private @Nullable Runnable admit(Runnable task, long nanos) {
        if (state.phase != Phase.RUNNING) {
            return overload.refuse(RejectionReason.SHUTDOWN, null);
        }
        if (state.workers.idle() > 0 && (state.workers.mayWake(state.now) || !state.hasRoom())) {
            handOver(task);
            return null;
        }
        if (state.hasRoom() && overload.blocked() == 0) {
            enqueue(task);
            return null;
        }
        if (starter.growth().mayStart()) {
            // The new worker will take one from the queue, so there is room for this task behind it.
            starter.start(1, StartReason.FULL, task);
            enqueue(task);
            return null;
        }
        if (state.workers.size() < state.limit()) {
            state.supervisor.arm(starter.growth().pausedUntil()); // then there will be room for this task, if it waits
        }
        return overload.overflow(task, nanos);
    }

    /** Wakes a worker for a task, behind those that wait; there must be an idle one. */
    private void handOver(Runnable task) {
        boolean isNext = state.queue.isEmpty();
        if (!isNext) {
            state.enqueue(task); // before a worker is taken, which would be lost if there was no memory
        }
        Worker idle = Objects.requireNonNull(state.workers.takeIdle(state.now), "no idle worker");
        if (isNext) {
            state.counters.handedOff++;
            state.assign(idle, task, state.now);
        } else {
            assignNext(idle);
        }
    }

    private void assignNext(Worker idle) {
        Runnable next = state.queue.removeOldest();
        state.assign(idle, next, state.queue.lastArrival());
    }

    private void enqueue(Runnable task) {
        state.enqueue(task);
        starter.startIfWanted(task);
        if (state.workers.size() < state.limit()) {
            state.supervisor.arm(state.now + state.maxQueueWait);
        }
    }

    @Override
    public boolean tryExecute(Runnable task) {
        state.lock();
        try {
            return tryAdmit(task);
        } finally {
            state.unlock();
        }
    }

    private boolean tryAdmit(Runnable task) {
        if (state.phase != Phase.RUNNING) {
            return false;
        }
        Worker idle = state.workers.takeIdle(state.now);
        if (idle != null) {
            state.counters.handedOff++;
            state.assign(idle, task, state.now);
            return true;
        }
        if (starter.growth().mayStart()) {
            state.queue.addFirst(task, state.now);
            state.counters.enqueued++;
            starter.start(1, StartReason.URGENT, task);
            return true;
        }
        if (task instanceof ServiceTask || (state.hasRoom() && overload.blocked() == 0)) {
            enqueue(task);
            return true;
        }
        return false;
    }

    @Override
    public boolean isSaturated() {
        return saturated;
    }

    @Override
    public boolean hasIdleWorker() {
        state.acquire();
        try {
            return state.workers.idle() > 0 && state.queue.isEmpty();
        } finally {
            state.release();
        }
    }

    private boolean isSaturatedNow() {
        int waiting = state.queue.size() + overload.blocked();
        return waiting > state.workers.starting() && state.workers.size() >= state.limit();
    }

    @Override
    public void onSaturation(Runnable action) {
        onSaturation.add(action);
    }

    @Override
    public void offSaturation(Runnable action) {
        onSaturation.remove(action);
    }

    @Override
    public boolean onShutdown(Runnable action) {
        return lifecycle.onShutdown(action);
    }

    @Override
    public void offShutdown(Runnable action) {
        lifecycle.offShutdown(action);
    }

    @Override
    public boolean beginWait() {
        int most = Math.max(1, state.config.maxWorkers() / 2);
        for (int now = peersAwaited.get(); now < most; now = peersAwaited.get()) {
            if (peersAwaited.compareAndSet(now, now + 1)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void endWait() {
        peersAwaited.decrementAndGet();
    }

    // ---- A worker is free

    @Override
    public void next(Worker worker) {
        boolean started = false;
        boolean served = true;
        Runnable logEnd = null;
        worker.waited = 0;
        state.lock();
        try {
            switch (worker.state) {
                case STARTING -> {
                    started = true;
                    arrive(worker);
                    served = serve(worker);
                }
                case ASSIGNED -> awake(worker);
                case BUSY -> {
                    logEnd = complete(worker);
                    served = serve(worker);
                }
                default -> {
                    // Called again after a failure that occurred when everything was done.
                }
            }
        } finally {
            state.unlock();
        }
        if (!served) {
            takeNext(worker);
        }
        if (started) {
            PoolEvents.started(worker.name(), worker.startReason());
        }
        if (logEnd != null) {
            logEnd.run();
        }
        if (worker.waited > Math.max(state.maxQueueWait, PoolEvents.LONG_WAIT)) {
            PoolEvents.waited(state.config.name(), worker.waited);
        }
    }

    private void arrive(Worker worker) {
        state.workers.arrived(worker);
        starter.growth().startSucceeded();
        state.counters.starts.add(worker.startReason(), 1);
    }

    /** Called when a worker that was assigned a task while idle is awake: the next one may be woken. */
    private void awake(Worker worker) {
        state.workers.awoken(worker);
        begin(worker, worker.takeAssigned(), worker.assignedArrival());
    }

    private @Nullable Runnable complete(Worker worker) {
        Runnable task = worker.running;
        if (task == null) {
            return null;
        }
        long time = StuckWatch.busyTime(worker, task, state.now);
        worker.running = null;
        worker.work.completed++;
        if (!(task instanceof ServiceTask)) {
            worker.work.runs.record(time);
        }
        return worker.isStuck ? stuckWatch.ended(worker, time) : null;
    }

    /**
     * Finds something for a worker to do; returns false if it has dropped tasks first. These are told by the worker's
     * thread, which may take long, and only then is a task taken: else the newest one would wait for that.
     */
    private boolean serve(Worker worker) {
        if (overload.dropsLateOnes()) { // first, since it may drop what is queued ahead of blocked submitters
            return false;
        }
        take(worker);
        return true;
    }

    private void takeNext(Worker worker) {
        state.lock();
        try {
            take(worker);
        } finally {
            state.unlock();
        }
    }

    /** Assigns a worker a task from the queue, ends it, or makes it idle. */
    private void take(Worker worker) {
        if (state.workers.size() > state.limit()) {
            state.retire(worker, RetireReason.LOWERED);
            return;
        }
        overload.admitBlocked();
        Runnable task = overload.pollNext();
        if (task != null) {
            worker.take(task);
            begin(worker, task, state.queue.lastArrival());
        } else if (state.phase == Phase.RUNNING) {
            state.workers.push(worker, state.now);
            surplus.watch();
        } else {
            state.retire(worker, RetireReason.SHUTDOWN);
        }
    }

    /** Called when a worker begins a task: tasks still queued need other workers. */
    private void begin(Worker worker, Runnable task, long arrival) {
        worker.running = task;
        worker.runningSince = state.now;
        state.workers.progressed(state.now);
        worker.waited = state.now - arrival;
        worker.work.waits.record(worker.waited);
        stuckWatch.watch();
        if (!state.queue.isEmpty()) {
            engage();
        }
    }

    /** Finds another worker for queued tasks: an idle one, or a new one if the growth rule asks for it. */
    private void engage() {
        Worker idle = state.workers.mayWake(state.now) ? state.workers.takeIdle(state.now) : null;
        if (idle == null) {
            starter.startIfWanted(null);
        } else {
            assignNext(idle);
        }
    }

    // ---- Time has passed, or the configuration has changed

    /** Checks the pool once; returns the time until the next check, or {@link Supervisor#END}. */
    private long look() {
        long delay;
        state.lock();
        try {
            if (state.phase == Phase.TERMINATED) {
                return Supervisor.END;
            }
            state.retireIdle(surplus.retirees(), RetireReason.SURPLUS);
            starter.startIfWanted(null);
            admitBlocked();
            stuckWatch.look();
            delay = nextLook();
            state.supervisor.rearm(state.now, delay);
        } finally {
            state.unlock();
        }
        return delay;
    }

    private long nextLook() {
        return Math.min(starter.growth().nextLook(), Math.min(surplus.nextLook(), stuckWatch.nextLook()));
    }

    /** Applies a new configuration. */
    void reconfigure(PoolConfig config) {
        state.lock();
        try {
            state.configure(config);
            overload.configured();
            state.retireIdle(state.workers.size() - state.limit(), RetireReason.LOWERED);
            overload.admitBlocked(config.queueCapacity() - state.queue.placed());
            surplus.lookAt(state.now);
            stuckWatch.lookAt(state.now);
            starter.startIfWanted(null);
            admitBlocked();
        } finally {
            state.unlock();
        }
    }

    /**
     * Accepts the tasks of blocked submitters as if they arrived now, while workers may be added: the limit was raised.
     */
    private void admitBlocked() {
        while (overload.blocked() > 0
                && state.workers.size() < state.limit()
                && !starter.growth().isPaused()) {
            if (!state.hasRoom()) {
                starter.start(1, StartReason.FULL, null);
            }
            if (state.hasRoom()) {
                overload.admitBlocked(1);
            }
        }
    }

    // ---- At the end of each decision

    private void settle() {
        lifecycle.settle();
        boolean now = isSaturatedNow();
        if (saturated != now) {
            saturated = now;
        }
        if (now) {
            onSaturation.forEach(RUN); // without an iterator, since a full heap must not matter
        }
    }
}
