package dev.socketserver.examples.load;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives a share of the clients from one thread with one selector.
 *
 * <pre>
 *   RUNNING --drain()--> DRAINING --nothing under way, or its time is up--> all closed
 * </pre>
 *
 * <p>{@link #run} and the methods for clients are confined to the loop's thread; the methods in the last section are
 * for other threads.
 */
final class ClientLoop implements Runnable, Closeable {
    /** The number of clients that connect at a time at the start, so as not to overflow the server's backlog. */
    private static final int MAX_CONNECTING = 64;

    private static final int RECEIVE_BYTES = 64 << 10;
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final LoadPlan plan;
    private final Selector selector;
    private final Schedule schedule;
    private final Map<Population, StatsRecorder> recorders = new EnumMap<>(Population.class);
    private final StatsRecorder main;
    private final Connector connector;
    private final ByteBuffer receiveBuffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    private final RequestSource requests;
    private final long timeoutNanos;
    private final long dripNanos;
    private final List<Client> clients = new ArrayList<>();
    private final CountDownLatch settled;
    private final CompletableFuture<Void> exhausted = new CompletableFuture<>();
    private final CompletableFuture<Void> warm = new CompletableFuture<>();
    /** Free clients, once for each operation that they can take. */
    private final ArrayDeque<Client> waiting = new ArrayDeque<>();

    private final Consumer<SelectionKey> onReady = this::onReady;
    private int started;
    private int connecting;
    private long now;
    private long lastSweep;
    private boolean clientsDrained;
    /** Set once by {@link #drain}; publishes {@code drainUntil}. */
    private volatile boolean draining;

    private long drainUntil;
    /** The thread in {@link #run}; set by it. */
    private volatile @Nullable Thread thread;

    /** Creates loop {@code number}, counted from 0, of the plan's loops, with its share of the clients. */
    ClientLoop(LoadPlan plan, int number) throws IOException {
        this.plan = plan;
        this.requests = new RequestSource(plan, number);
        this.timeoutNanos = plan.timeout().toNanos();
        this.dripNanos = plan.drip().toNanos();
        this.connector = Connector.of(plan, number);
        this.schedule = new Schedule(plan, number);
        for (Population population : Population.values()) {
            recorders.put(population, new StatsRecorder());
        }
        this.main = stats(Population.MAIN);
        add(Population.IDLE, Mode.IDLE, share(plan.idle(), number));
        add(Population.SLOW, Mode.SLOW, share(plan.slow(), number));
        add(Population.MAIN, plan.mode(), share(plan.connections(), number));
        this.settled = new CountDownLatch(clients.size());
        this.selector = Selector.open();
    }

    private int share(int total, int number) {
        return total / plan.loops() + (number < total % plan.loops() ? 1 : 0);
    }

    private void add(Population population, Mode mode, int count) {
        StatsRecorder stats = stats(population);
        for (int i = 0; i < count; i++) {
            clients.add(
                    switch (mode) {
                        case CONNECT -> new ConnectClient(this, stats);
                        case REQUEST -> new RequestClient(this, stats);
                        case UDP -> new DatagramClient(this, stats);
                        case IDLE -> new IdleClient(this, stats);
                        case SLOW -> new SlowClient(this, stats);
                    });
        }
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try (this) {
            tick();
            while (!isDrained()) {
                startSome();
                beginDue();
                select();
                if (now - lastSweep >= SWEEP_NANOS) {
                    sweep();
                }
                if (schedule.isExhausted() && main.underWay() == 0) {
                    exhausted.complete(null);
                }
                if (schedule.isHeld(now) && main.underWay() == 0) {
                    warm.complete(null);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the selector failed", e);
        }
    }

    private void startSome() {
        while (connecting < MAX_CONNECTING && started < clients.size() && !draining) {
            connecting++;
            clients.get(started++).start();
        }
    }

    private void beginDue() {
        while (!waiting.isEmpty() && schedule.isDue(now)) {
            Client client = waiting.remove();
            long intended = schedule.take(now);
            main.beganLate(now - intended);
            client.begin(intended);
            client.flush();
        }
    }

    /** Waits for events; in the last millisecond before an operation is due it spins, yielding the processor. */
    @SuppressWarnings("ThreadPriorityCheck") // Yielding only benefits a server on the same processor.
    private void select() throws IOException {
        long nanos = waiting.isEmpty() ? SWEEP_NANOS : Math.min(SWEEP_NANOS, schedule.untilDue(now));
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        boolean more = started < clients.size() && connecting < MAX_CONNECTING && !draining;
        if (millis > 0 && !more) {
            selector.select(onReady, millis);
        } else if (selector.selectNow(onReady) == 0) {
            Thread.yield();
        }
        tick();
    }

    private void onReady(SelectionKey key) {
        tick();
        ((Client) key.attachment()).ready();
    }

    private void sweep() {
        lastSweep = now;
        for (int i = 0; i < started; i++) {
            clients.get(i).sweep(now);
        }
    }

    private boolean isDrained() {
        if (!draining) {
            return false;
        }
        if (!clientsDrained) {
            clientsDrained = true;
            clients.forEach(Client::drain);
        }
        boolean more = recorders.values().stream().anyMatch(stats -> stats.underWay() > 0)
                || (!waiting.isEmpty() && schedule.isDue(now));
        return !more || now - drainUntil >= 0;
    }

    /** Closes everything; operations in progress, and those that never began, count as failed. */
    @Override
    public void close() throws IOException {
        for (StatsRecorder stats : recorders.values()) {
            if (stats.underWay() > 0) {
                stats.failed(ErrorKind.TIMEOUT, stats.underWay(), "unanswered at the end");
            }
        }
        long overdue = schedule.takeOverdue(now);
        if (overdue > 0) {
            main.notBegun(overdue, "no client was free before the end");
        }
        clients.forEach(Client::close);
        selector.close();
        while (settled.getCount() > 0) {
            settled.countDown();
        }
    }

    // ---------------------------------------------------------------- for clients

    /** Reads the clock. */
    long tick() {
        now = System.nanoTime();
        return now;
    }

    /** Returns the time of the event that is being served. */
    long now() {
        return now;
    }

    /** Lets {@code client} begin an operation, now or as soon as one is due. */
    void next(Client client) {
        if (waiting.isEmpty() && schedule.isDue(now)) {
            main.began(1);
            client.begin(schedule.take(now));
        } else {
            waiting.add(client);
        }
    }

    /** Cancels the requests of {@code client} made with {@link #next}. */
    void forget(Client client) {
        waiting.removeIf(other -> other == client);
    }

    /**
     * Counts a failure outside of any operation as one of the plan's requests, so that a run with a limited number
     * ends.
     */
    void failedToConnect(StatsRecorder stats) {
        if (stats == main) {
            schedule.forfeit(now);
        }
    }

    void settled() {
        connecting--;
        settled.countDown();
    }

    SelectionKey register(SelectableChannel channel, int interest, Client client) throws IOException {
        return channel.register(selector, interest, client);
    }

    boolean isDraining() {
        return draining;
    }

    /** Returns the cleared buffer into which all clients of this loop read. */
    ByteBuffer receiveBuffer() {
        return receiveBuffer.clear();
    }

    Connector connector() {
        return connector;
    }

    RequestSource requests() {
        return requests;
    }

    LoadPlan plan() {
        return plan;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    long dripNanos() {
        return dripNanos;
    }

    // ---------------------------------------------------------------- for other threads

    StatsRecorder stats(Population population) {
        return Objects.requireNonNull(recorders.get(population));
    }

    /** Waits until every client has tried to connect. */
    boolean awaitSettled(long nanos) throws InterruptedException {
        return settled.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Returns a future that completes when every operation of this loop has ended. */
    CompletableFuture<Void> exhausted() {
        return exhausted;
    }

    /** Returns a future that completes when every operation of a separate warm-up has ended. */
    CompletableFuture<Void> warm() {
        return warm;
    }

    /** Begins the measurement after a separate warm-up. */
    void measure() {
        schedule.measure();
        if (selector.isOpen()) {
            selector.wakeup();
        }
    }

    /** Starts the schedule. */
    void begin(long nanoTime) {
        schedule.start(nanoTime);
        selector.wakeup();
    }

    /**
     * Begins no further operations, and ends when those in progress have ended, or at {@code until} in
     * {@code nanoTime}.
     */
    void drain(long until) {
        schedule.end(System.nanoTime());
        drainUntil = until;
        draining = true;
        if (selector.isOpen()) {
            selector.wakeup();
        }
    }

    /**
     * Returns the processor time used by the loop, in nanoseconds; 0 before and after it runs, or if the JVM does not
     * report it.
     */
    long cpuNanos() {
        Thread running = thread;
        return running == null
                ? 0
                : Math.max(0, ManagementFactory.getThreadMXBean().getThreadCpuTime(running.getId()));
    }
}
