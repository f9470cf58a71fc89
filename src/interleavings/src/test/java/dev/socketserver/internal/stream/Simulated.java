package dev.socketserver.internal.stream;

import static dev.socketserver.interleavings.Threads.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.Request;
import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerListener;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.interleavings.Threads;
import dev.socketserver.interleavings.Work;
import dev.socketserver.internal.buffer.SpareBuffers;
import dev.socketserver.internal.lead.Watchdog;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RunContext;
import dev.socketserver.internal.run.TestRun;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The engine, with one connection whose peer is the test: its real classes, from the poller to the handler, on a
 * simulated selector, with some workers instead of a pool, and nobody who watches them.
 */
final class Simulated {
    private static final Waits WAITS = waits(); // one for all cases, since it has a selector of the system's

    private final Workers workers = new Workers();
    private final List<Throwable> failures = new ArrayList<>(); // guarded by itself
    private final List<Integer> handled = new ArrayList<>(); // of the turn
    private final TestRun run;
    private final Poller poller;
    final SimulatedChannel channel;
    final Connection connection;
    private final Thread[] threads;
    private int ends; // written by the thread that ends the connection

    /**
     * Creates a connection that waits for its first turn.
     *
     * @param workerCount how many threads there are
     * @param handsOn whether a handler gives up the lead
     */
    Simulated(int workerCount, boolean handsOn) {
        ServerConfig config =
                ServerConfig.builder().awaitFirstByte(true).listener(new Ends()).build();
        run = new TestRun(new TcpServer(config, () -> new Handler(handsOn)), config);
        RunContext context = run.context(workers);
        var selector = new SimulatedSelector();
        channel = new SimulatedChannel(selector);
        poller = new Poller(context, workers, new Watchdog("test", () -> {}), new Semaphore(1), false, selector);
        try {
            connection = new Connection(new Transport(channel), shared(config, context));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connection.waitWith(poller);
        run.admit(connection);
        connection.schedule();
        threads = new Thread[workerCount];
        for (int i = 0; i < workerCount; i++) {
            threads[i] = start(workers::work);
        }
    }

    /** Returns places for threads to wait; none does. */
    private static Waits waits() {
        try {
            return new Waits("test", TestRun.alarms(), () -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StreamContext shared(ServerConfig config, RunContext context) {
        var buffers = SpareBuffers.none(UnpooledByteBufAllocator.DEFAULT);
        return new StreamContext(
                config,
                context.runner(),
                context.drain(),
                context.alarms(),
                WAITS,
                new SlowPeers(context.pool(), "test"),
                buffers,
                buffers,
                FirstWords.of(FirstWords.Speaker.PEER),
                new FirstRead(context.pool(), config.maxUnread()),
                new HandshakeQueue(),
                new Lingering(context.alarms()));
    }

    /** Returns a connection that nobody serves. */
    static OpenRequest request() {
        return new Simulated(0, false).connection;
    }

    /** Begins to drain. */
    void drain() {
        run.drain();
    }

    /** Waits for the end of the connection, and of those who serve it; checks that there was one, without a failure. */
    void awaitEnd() {
        awaitAnyEnd();
        assertThat(failures).isEmpty();
    }

    /** The same for one that another thread has closed, as a write may say. */
    void awaitEndOfClosed() {
        awaitAnyEnd();
        assertThat(failures).allMatch(ClosedChannelException.class::isInstance);
    }

    private void awaitAnyEnd() {
        Threads.join(threads);
        assertThat(ends).as("ends of the connection").isEqualTo(1);
        assertThat(channel.hasEnded()).as("the peer knows of the end").isTrue();
    }

    /** Returns what the handler has read, after the end. */
    List<Integer> handled() {
        return handled;
    }

    /** Reads a byte for each message. */
    private final class Handler extends StreamRequestHandler {
        private final boolean handsOn;

        Handler(boolean handsOn) {
            this.handsOn = handsOn;
        }

        @Override
        protected void handle() throws IOException {
            if (handsOn) {
                ((Connection) connection()).beforeWait();
            }
            handled.add(in().read());
            keepOpen();
        }
    }

    /** Lets the workers go when the connection has ended. */
    private final class Ends implements ServerListener {
        @Override
        public void closed(Server server, Request request) {
            ends++;
            poller.stop();
            workers.end();
        }

        @Override
        public void error(Server server, Request request, Throwable failure) {
            synchronized (failures) {
                failures.add(failure);
            }
        }
    }

    /** A pool whose workers are the test's. */
    private static final class Workers implements ServicePool {
        private final Work<Runnable> tasks = new Work<>();

        void work() {
            tasks.forEach(Runnable::run);
        }

        void end() {
            tasks.end();
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public boolean tryExecute(Runnable task) {
            tasks.add(task);
            return true;
        }

        @Override
        public boolean hasIdleWorker() {
            return false;
        }

        @Override
        public boolean isSaturated() {
            return false;
        }

        @Override
        public void onSaturation(Runnable action) {}

        @Override
        public void offSaturation(Runnable action) {}

        @Override
        public boolean onShutdown(Runnable action) {
            return true;
        }

        @Override
        public void offShutdown(Runnable action) {}

        @Override
        public boolean beginWait() {
            return true;
        }

        @Override
        public void endWait() {}
    }
}
