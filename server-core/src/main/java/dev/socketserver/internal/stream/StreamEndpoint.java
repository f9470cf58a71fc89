package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.Engine;
import dev.socketserver.Rejection;
import dev.socketserver.ServerConfig;
import dev.socketserver.internal.buffer.SpareBuffers;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.run.Endpoint;
import dev.socketserver.internal.run.Intake;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RunContext;
import dev.socketserver.internal.run.SourceGate;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.internal.util.Closing;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.VirtualThreads;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.limit.TokenBucket;
import dev.socketserver.net.ProxyProtocol;
import io.netty.buffer.ByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.invoke.MethodHandles;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket of connections. The accepting thread blocks in a selector: unlike in {@code accept()}, it can be
 * woken there without closing the socket, so that what the system has queued is still taken when the server stops.
 */
public final class StreamEndpoint implements Endpoint {
    private static final Log LOG = Log.of(StreamEndpoint.class);

    static {
        Classes.initialize(
                MethodHandles.lookup(),
                Connection.class,
                Registration.class,
                WaitingChannel.class,
                SlowPeers.class,
                PeerPace.class,
                Inbox.class,
                WaitClock.class,
                FirstWords.Witness.class,
                FirstWords.Speaker.class,
                Wait.class,
                Waits.OwnSelector.class,
                SharedWaits.Place.class,
                Lingering.Entry.class,
                Relay.class,
                Calls.class,
                EndReason.class,
                OpenRequest.Look.class,
                VirtualThreads.class,
                Closing.class);
    }

    /** What differs between TCP and Unix-domain sockets. */
    public interface Setup {
        /** Sets what the transport wants set on an accepted connection. */
        void apply(SocketChannel connection) throws IOException;

        /** Returns the address of a socket that is bound, as peers know it. */
        default SocketAddress address(SocketAddress bound) {
            return bound;
        }

        /** Is called before the last connections are taken, so that nobody comes after them. */
        default void beforeLastCall() {}
    }

    private final ServerSocketChannel channel;
    private final ServerConfig config;
    private final Setup setup;
    private final SocketAddress address;
    private final Selector selector;
    private final SelectionKey listening;
    private final ConnectionLimit limit;
    private final @Nullable TokenBucket rate;
    private final ReentrantLock selecting = new ReentrantLock(); // held while the selector is used
    private final SpareBuffers inputs;
    private final SpareBuffers outputs;
    private final Runnable leaving; // made once: accepting allocates no more than it must
    private final Consumer<SelectionKey> onReady = this::ready; // made once: selecting allocates nothing
    private @Nullable StreamContext context; // set by open(), before anything is accepted
    private @Nullable Pollers pollers; // set by open(), before anything is accepted
    private Runnable stopListening = this::close; // set by open(), before anything is accepted
    private volatile @Nullable ProxyGate gate; // set by open(), before anything is accepted
    private volatile boolean paused;
    private volatile boolean lastCall;
    private volatile boolean abandoned;
    private @Nullable SourceGate sources; // set by open(), before anything is accepted
    private @Nullable LimitWatch watch; // set by open(), before anything is accepted
    private @Nullable IdleCloser idleCloser; // set by open(), before anything is accepted
    private int taken; // the accepting thread's: since the last call
    private boolean passed; // the accepting thread's: what was accepted last was refused, or gone already
    private boolean listens = true; // the accepting thread's: the selector reports what the system has queued
    private boolean queued; // the accepting thread's: the last selection has reported that

    /**
     * Creates the endpoint of a socket that listens, and does not block from here on.
     *
     * @throws IOException if no selector can be had; the socket stays the caller's to close
     */
    public StreamEndpoint(ServerSocketChannel channel, ServerConfig config, Setup setup) throws IOException {
        this.channel = channel;
        this.config = config;
        this.setup = setup;
        address = setup.address(channel.getLocalAddress());
        inputs = SpareBuffers.forInputs(ByteBufAllocator.DEFAULT, config.readBufferSize());
        outputs = new SpareBuffers(ByteBufAllocator.DEFAULT, config.writeBufferSize());
        selector = Selector.open();
        limit = new ConnectionLimit(ConnectionLimit.most(config), selector::wakeup);
        leaving = limit::leave;
        RateLimit often = config.acceptRate();
        rate = often == null ? null : new TokenBucket(often);
        try {
            channel.configureBlocking(false);
            listening = channel.register(selector, SelectionKey.OP_ACCEPT);
        } catch (Throwable e) {
            Closing.quietly(selector);
            throw e;
        }
    }

    @Override
    public Intake open(RunContext run) throws IOException {
        stopListening = run.stopListening();
        ServicePool pool = config.engine() == Engine.BLOCKING ? null : run.pool();
        Waits waits = new Waits(config.name(), run.alarms(), run.died());
        var shared = new StreamContext(
                config,
                run.runner(),
                run.drain(),
                run.alarms(),
                waits,
                new SlowPeers(run.pool(), config.name()),
                inputs,
                outputs,
                firstWords(),
                new FirstRead(pool, config.maxUnread()),
                new HandshakeQueue(),
                new Lingering(run.alarms()));
        context = shared;
        sources = new SourceGate(config, run.runner());
        watch = new LimitWatch(limit, config.atLimit(), run.runner().reports());
        idleCloser = new IdleCloser(limit, run.runner().open(), shared.lingering(), run.alarms());
        ProxyProtocol rules = config.proxyProtocol();
        if (rules != null) {
            gate = new ProxyGate(run.runner(), rules, selector);
        }
        if (pool == null) {
            return new BlockingIntake(run.runner(), run.executor(), waits);
        }
        Pollers made = new Pollers(run, pool, shared, run.overloadPolicy());
        pollers = made;
        return made;
    }

    private FirstWords firstWords() {
        return config.awaitFirstByte()
                .map(await -> FirstWords.of(await ? FirstWords.Speaker.PEER : FirstWords.Speaker.HANDLER))
                .orElseGet(() -> config.framing() != null
                        ? FirstWords.of(FirstWords.Speaker.GREETING) // in setup() only: handle() has a message
                        : FirstWords.learning());
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public @Nullable OpenRequest accept(long deadline) throws IOException {
        while (true) {
            ProxyGate proxies = gate;
            Connection connection = proxies == null ? take() : takeThrough(proxies);
            if (connection != null && isAdmitted(connection)) {
                return connection;
            }
            if (!isAccepting()) {
                select(true, 0); // forgets the socket, if whoever closed it could not
                throw new ClosedChannelException();
            }
            if (connection != null) {
                continue; // it was shut out, and others may be here
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            long pause = pause();
            listenIfTaking(pause == 0);
            long most = pause == 0 ? left : Math.min(left, pause);
            await(proxies == null ? most : proxies.nanosToWait(most));
        }
    }

    /** Lets a connection in, or ends it, by the address of its peer. */
    private boolean isAdmitted(Connection connection) {
        SourceGate entrance = Objects.requireNonNull(sources);
        if (entrance.isOpen() || (gate != null && connection.proxyAddress().isEmpty())) {
            return true; // or it is the proxy's own
        }
        Runnable leaves = entrance.enter(connection);
        if (leaves != null) {
            connection.transport().onClose(() -> {
                leaving.run();
                leaves.run();
            });
        }
        return leaves != null;
    }

    /** Returns whether to accept nothing now, since the limit is reached. */
    private boolean isFull() {
        return Objects.requireNonNull(watch).pausesAccepting();
    }

    /** Has the selector report what the system has queued only if it may be taken, and there is a place for it. */
    private void listenIfTaking(boolean inTime) {
        if (isFull()) {
            Objects.requireNonNull(context).lingering().giveWay();
        }
        listen(!paused && !isFull() && inTime);
    }

    /**
     * Returns for how long to accept nothing, because connections come too often; 0 if they are refused, or the last.
     */
    private long pause() {
        TokenBucket permits = rate;
        return permits == null || lastCall || config.atLimit() != AtLimit.PAUSE ? 0 : permits.nanosToWait();
    }

    /** Has the selector report what the system has queued, or not. */
    private void listen(boolean now) {
        if (listens != now && listening.isValid()) {
            listening.interestOps(now ? SelectionKey.OP_ACCEPT : 0);
            listens = now;
        }
    }

    /** Returns whether the system has queued a connection. */
    private boolean hasQueued() throws IOException {
        listen(true);
        queued = false;
        select(true, 0);
        return queued;
    }

    /** Takes what the system has queued; after the last call, closes the socket when there is no more. */
    private @Nullable Connection take() throws IOException {
        boolean isFull = isFull();
        if (!lastCall) {
            return paused || isFull || pause() > 0 ? null : acceptNow();
        } else if (isFull && taken <= config.backlog() && hasQueued()) {
            return null; // until one of those that are open has ended
        }
        taken++; // newcomers must not hold up the end: no more than the system can have queued
        passed = false;
        Connection connection = taken <= config.backlog() + 1 && channel.isOpen() ? acceptNow() : null;
        if (connection == null && !passed) {
            stopListening.run();
        }
        return connection;
    }

    /**
     * Takes a connection through the gate, where those wait that were taken before. They come first: their time passes
     * also while nobody can be accepted.
     */
    private @Nullable Connection takeThrough(ProxyGate proxies) throws IOException {
        if (knowsOthers()) {
            select(true, 0);
        }
        Connection waited = proxies.next();
        if (waited != null) {
            return waited;
        }
        Connection connection = channel.isOpen() ? take() : null;
        if (connection != null) {
            proxies.enter(connection);
        }
        return proxies.next();
    }

    /** Forgets the sockets that were registered while their headers were awaited, and could not be closed before. */
    @Override
    public void rest() {
        try {
            if (knowsOthers()) {
                select(true, 0);
            }
        } catch (IOException | ClosedSelectorException e) {
            LOG.debug("the selector could not deregister connections: {}", e);
        }
    }

    /** Returns whether the selector knows sockets besides the listening one: of those that wait, or to be forgotten. */
    private boolean knowsOthers() {
        return selector.keys().size() > (listening.isValid() ? 1 : 0);
    }

    /** Takes a connection that the system has queued; null if there is none. */
    private @Nullable Connection acceptNow() throws IOException {
        try {
            SocketChannel accepted = channel.accept();
            if (accepted == null) {
                return null;
            }
            passed = true;
            Rejection tooMany = tooMany();
            Connection connection = setUp(accepted, tooMany == null);
            if (connection != null && tooMany != null) {
                refuse(connection, tooMany);
                return null;
            }
            return connection;
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            StreamContext shared = context;
            if (shared != null) {
                shared.lingering().giveWay(); // descriptors may have run out
            }
            throw e;
        }
    }

    /** Returns why the connection that is just accepted is to be refused; null if it is not. */
    private @Nullable Rejection tooMany() {
        TokenBucket permits = rate;
        if (limit.isReached()) {
            return Rejection.LIMIT;
        }
        boolean isInTime = permits == null || permits.tryAcquire();
        return isInTime || lastCall || config.atLimit() != AtLimit.REFUSE ? null : Rejection.RATE;
    }

    /** Closes a connection that is one more than there may be, or comes too early. */
    private void refuse(Connection connection, Rejection reason) {
        StreamContext shared = Objects.requireNonNull(context);
        var why = new LimitExceededException(
                reason == Rejection.RATE
                        ? "more connections come than the rate limit allows: " + config.acceptRate()
                        : "there are " + limit.most() + " connections already");
        if (gate == null) {
            shared.runner().turnAway(connection, reason, why);
        } else {
            shared.runner().shutOut(connection, reason, why); // nothing may be said before the header
        }
    }

    private @Nullable Connection setUp(SocketChannel accepted, boolean counts) throws IOException {
        Closeable owner = accepted;
        try {
            setup.apply(accepted);
            var transport = new Transport(accepted);
            owner = transport;
            var connection = new Connection(transport, Objects.requireNonNull(context));
            if (pollers != null) {
                pollers.accepted(connection);
            }
            if (counts) {
                limit.enter();
                transport.onClose(leaving);
                Objects.requireNonNull(idleCloser).check();
            }
            if (!config.maxConnectionAge().isZero()) {
                connection.limitAge(config.maxConnectionAge());
            }
            return connection;
        } catch (IOException e) {
            LOG.debug("a connection was closed before it was set up: {}", e);
            owner.close();
            return null;
        } catch (Throwable e) {
            owner.close(); // which leaves its place
            throw e;
        }
    }

    private void await(long nanos) throws IOException {
        select(false, nanos / 1_000_000 + 1);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while waiting for a request");
        }
    }

    private void select(boolean atOnce, long millis) throws IOException {
        selecting.lock();
        try {
            if (atOnce) {
                selector.selectNow(onReady);
            } else {
                selector.select(onReady, millis);
            }
        } catch (ClosedSelectorException e) {
            throw new ClosedChannelException();
        } finally {
            selecting.unlock();
        }
    }

    private void ready(SelectionKey key) {
        ProxyGate proxies = gate;
        if (key == listening) {
            queued = true;
        } else if (proxies != null) {
            proxies.ready(key);
        }
    }

    @Override
    public boolean isAccepting() {
        ProxyGate proxies = gate;
        return !abandoned && (channel.isOpen() || (proxies != null && !proxies.isEmpty()));
    }

    @Override
    public void abandon() {
        abandoned = true;
        selector.wakeup();
    }

    @Override
    public void pause(boolean now) {
        paused = now;
        selector.wakeup();
    }

    @Override
    public void lastCall() {
        setup.beforeLastCall();
        paused = false;
        lastCall = true;
        selector.wakeup();
    }

    /** Closes the listening socket, for the system too, which keeps it open for as long as a selector knows it. */
    @Override
    public void close() {
        Closing.quietly(channel);
        selector.wakeup();
        if (selecting.tryLock()) { // or else the accepting thread, which is awake, forgets the socket
            try {
                selector.selectNow(key -> {});
            } catch (IOException | ClosedSelectorException e) {
                LOG.debug("the selector could not deregister {}: {}", channel, e);
            } finally {
                selecting.unlock();
            }
        }
        selector.wakeup(); // the accepting thread may have been about to wait
    }

    @Override
    public void release() {
        try {
            closeAccepted();
        } finally {
            Closing.quietly(selector);
            inputs.close();
            outputs.close();
        }
    }

    /** Closes the connections that are not requests yet, or no more. */
    private void closeAccepted() {
        ProxyGate proxies = gate;
        StreamContext shared = context;
        try {
            if (watch != null) {
                watch.end();
            }
            if (proxies != null) {
                proxies.close();
            }
        } finally {
            if (shared != null) {
                shared.lingering().close();
            }
        }
    }
}
