package dev.socketserver.examples.load;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Drives a share of the clients from one thread with one selector.
 *
 * <pre>
 *   RUNNING --drain()--> DRAINING --nothing under way, or its time is up--> all closed
 * </pre>
 *
 * <p>{@link #run} and everything that clients call is confined to the loop's thread; {@link #drain}, {@link #meter} and
 * {@link #awaitSettled} are for others.
 */
final class ClientLoop implements Runnable, Closeable {
    /** Clients connect this many at a time when they start, so as not to overflow the server's backlog. */
    private static final int MAX_CONNECTING = 64;

    private static final int RECEIVE_BYTES = 64 << 10;
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final LoadPlan plan;
    private final Selector selector;
    private final Pace pace;
    private final Meter meter = new Meter();
    private final Connector connector;
    private final ByteBuffer receiveBuffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    private final ByteBuffer payloadCopies;
    private final long timeoutNanos;
    private final List<Client> clients = new ArrayList<>();
    private final CountDownLatch settled;
    /** Clients, once for each operation that they are free for. */
    private final ArrayDeque<Client> waiting = new ArrayDeque<>();

    private final Consumer<SelectionKey> onReady = this::onReady;
    private int started;
    private int connecting;
    private int underWay;
    private long now;
    private long lastSweep;
    /** Set once by {@link #drain}; {@code drainUntil} is published by it. */
    private volatile boolean draining;

    private long drainUntil;

    /** Loop {@code number}, counted from 0, with {@code connections} of the plan's clients. */
    ClientLoop(LoadPlan plan, int number, int connections, Pace pace) throws IOException {
        this.plan = plan;
        this.pace = pace;
        this.payloadCopies = plan.payload().repeated(plan.depth() + 1);
        this.timeoutNanos = plan.timeout().toNanos();
        this.connector = Connector.to(plan.target(), number);
        this.settled = new CountDownLatch(connections);
        this.selector = Selector.open();
        for (int i = 0; i < connections; i++) {
            clients.add(newClient(plan.mode()));
        }
    }

    private Client newClient(Mode mode) {
        return switch (mode) {
            case CONNECT -> new ConnectClient(this);
            case REQUEST -> new RequestClient(this);
            case UDP -> new DatagramClient(this);
        };
    }

    @Override
    public void run() {
        try (this) {
            tick();
            while (!isDrained()) {
                startSome();
                beginDue();
                select();
                if (now - lastSweep >= SWEEP_NANOS) {
                    sweep();
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
        while (!waiting.isEmpty() && pace.isDue(now) && !draining) {
            Client client = waiting.remove();
            underWay++;
            client.begin(pace.take(now));
            client.flush();
        }
    }

    private void select() throws IOException {
        long nanos = waiting.isEmpty() ? SWEEP_NANOS : Math.min(SWEEP_NANOS, pace.untilDue(now));
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        boolean more = started < clients.size() && connecting < MAX_CONNECTING;
        if (millis > 0 && !more) {
            selector.select(onReady, millis);
        } else {
            selector.selectNow(onReady);
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
        return draining && (underWay == 0 || now - drainUntil >= 0);
    }

    /** Closes everything; operations still under way are counted as unanswered. */
    @Override
    public void close() throws IOException {
        if (underWay > 0) {
            meter.failed(ErrorKind.TIMEOUT, underWay, "unanswered at the end");
        }
        clients.forEach(Client::close);
        selector.close();
        while (settled.getCount() > 0) {
            settled.countDown();
        }
    }

    // What clients call.

    /** Reads the clock. */
    long tick() {
        now = System.nanoTime();
        return now;
    }

    /** The clock as of the event that is being served. */
    long now() {
        return now;
    }

    /** Lets {@code client} begin an operation, now or as soon as one is due. */
    void next(Client client) {
        if (draining) {
            return;
        }
        if (waiting.isEmpty() && pace.isDue(now)) {
            underWay++;
            client.begin(pace.take(now));
        } else {
            waiting.add(client);
        }
    }

    /** Takes back what {@code client} asked for with {@link #next}. */
    void forget(Client client) {
        waiting.removeIf(other -> other == client);
    }

    void ended(int operations) {
        underWay -= operations;
    }

    void settled() {
        connecting--;
        settled.countDown();
    }

    SelectionKey register(SelectableChannel channel, int interest, Client client) throws IOException {
        return channel.register(selector, interest, client);
    }

    /** Closes {@code channel}; that it was broken already is no news. */
    void close(SelectableChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // Nothing depends on it any more.
        }
    }

    boolean isDraining() {
        return draining;
    }

    /** The buffer that all clients of this loop read into, cleared. */
    ByteBuffer receiveBuffer() {
        return receiveBuffer.clear();
    }

    Connector connector() {
        return connector;
    }

    ByteBuffer payloadCopies() {
        return payloadCopies;
    }

    Payload payload() {
        return plan.payload();
    }

    SocketAddress target() {
        return plan.target();
    }

    int depth() {
        return plan.depth();
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    // What other threads call.

    Meter meter() {
        return meter;
    }

    /** Waits until every client has tried to connect. */
    boolean awaitSettled(long nanos) throws InterruptedException {
        return settled.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Begins no more operations and ends when those under way have ended, or at {@code until} in {@code nanoTime}. */
    void drain(long until) {
        drainUntil = until;
        draining = true;
        if (selector.isOpen()) {
            selector.wakeup();
        }
    }
}
