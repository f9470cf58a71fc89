package dev.socketserver.internal.udp;

import dev.socketserver.Engine;
import dev.socketserver.Rejection;
import dev.socketserver.ServerConfig;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.run.Endpoint;
import dev.socketserver.internal.run.Intake;
import dev.socketserver.internal.run.RequestRunner;
import dev.socketserver.internal.run.RunContext;
import dev.socketserver.internal.run.SourceGate;
import dev.socketserver.internal.util.Closing;
import dev.socketserver.pool.OverloadPolicy;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A socket of datagrams. The receiving thread blocks in a selector, where it can be woken without closing the socket:
 * so what the system has queued is still taken when the server stops, handlers that run then can still answer, and no
 * interrupt reaches the socket.
 */
public final class DatagramEndpoint implements Endpoint, Receivers.Entrance, DatagramRequest.Socket {
    /** How many datagrams are taken after the last call at most: newcomers must not hold up the end. */
    private static final int MOST_AFTER_LAST_CALL = 4096;

    /** How long sending waits at a time while the system has no room, and how long in all. */
    private static final Duration SEND_PAUSE = Duration.ofNanos(100_000);

    private static final Duration LONGEST_SEND = Duration.ofSeconds(1);

    private final DatagramChannel channel;
    private final ServerConfig config;
    private final InetSocketAddress address;
    private final Selector selector;
    private final SelectionKey receiving;
    private @Nullable RequestRunner runner; // set by open(), before anything is received
    private @Nullable SourceGate sources; // set by open(), before anything is received
    private final @Nullable SystemSocket system; // null where datagrams are received one at a time
    private final Arrivals arrivals; // the receiving thread's
    private final LocalAddresses local = new LocalAddresses(); // the receiving thread's
    private int taken; // the receiving thread's: since the last call
    private boolean listens = true; // the receiving thread's: the selector reports what the system has queued
    private volatile boolean paused;
    private volatile boolean hurried; // whoever waits next is to return at once
    private volatile boolean lastCall;
    private volatile boolean ended;
    private volatile @Nullable OptionalLong dropped; // set once, when the socket is about to be closed

    /**
     * Creates the endpoint of a socket that is bound, and does not block from here on.
     *
     * @throws IOException if no selector can be had; the socket stays the caller's to close
     */
    public DatagramEndpoint(DatagramChannel channel, ServerConfig config) throws IOException {
        this.channel = channel;
        this.config = config;
        address = (InetSocketAddress) channel.getLocalAddress();
        selector = Selector.open();
        try {
            channel.configureBlocking(false);
            receiving = channel.register(selector, SelectionKey.OP_READ);
            system = SystemSocket.of(channel);
            arrivals = system == null
                    ? new ChannelArrivals(channel, this, config.maxDatagramSize())
                    : new BatchArrivals(system, this, config.maxDatagramSize(), address.getPort());
        } catch (Throwable e) {
            Closing.quietly(selector);
            throw e;
        }
    }

    @Override
    public Intake open(RunContext run) {
        runner = run.runner();
        sources = new SourceGate(config, run.runner());
        ServicePool pool = run.pool();
        if (pool == null || config.engine() == Engine.BLOCKING) {
            return new Intake(run.runner(), run.executor());
        }
        return new Receivers(run, pool, this, config.name(), run.overloadPolicy() != OverloadPolicy.BLOCK);
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    /** Returns whether an answer comes from the address that its datagram was sent to, whichever that was. */
    public boolean answersFromDestination() {
        return !address.getAddress().isAnyLocalAddress() || (system != null && system.info() != null);
    }

    @Override
    public @Nullable DatagramRequest accept(long deadline) throws IOException {
        while (true) {
            boolean takes = !paused;
            DatagramRequest datagram = takes && isAccepting() ? receive() : null;
            if (datagram != null) {
                return datagram;
            }
            if (takes && lastCall) {
                ended = true; // nothing is queued any more
            }
            if (!isAccepting()) {
                throw new ClosedChannelException();
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            listen(takes);
            await(left);
            if (hurried) {
                hurried = false;
                return null;
            }
        }
    }

    /** Has the selector report what the system has queued, or not. */
    private void listen(boolean now) {
        if (listens != now && receiving.isValid()) {
            receiving.interestOps(now ? SelectionKey.OP_READ : 0);
            listens = now;
        }
    }

    /** Receives what is there; returns null if there is nothing. */
    private @Nullable DatagramRequest receive() throws IOException {
        while (true) {
            if (lastCall && ++taken > MOST_AFTER_LAST_CALL) {
                return null;
            }
            DatagramRequest datagram = arrivals.next();
            if (datagram == null) {
                return null;
            }
            if (!(datagram.remoteAddress() instanceof InetSocketAddress sender) || !isAnswerable(sender)) {
                refuse(datagram);
            } else if (isAdmitted(datagram)) {
                return datagram;
            }
            if (!isAccepting() || paused) {
                return null;
            }
        }
    }

    private boolean isAdmitted(DatagramRequest datagram) {
        SourceGate entrance = sources;
        return entrance == null || entrance.isOpen() || entrance.admits(datagram);
    }

    /**
     * Returns whether an answer would reach somebody else. A datagram that claims to come from this very socket would
     * make it answer itself for ever (CVE-2024-2169).
     */
    private boolean isAnswerable(InetSocketAddress sender) {
        int port = sender.getPort();
        return port != 0 && (port != address.getPort() || !isOwn(sender.getAddress()));
    }

    private boolean isOwn(InetAddress sender) {
        InetAddress bound = address.getAddress();
        return bound.isAnyLocalAddress() ? local.contains(sender) : sender.equals(bound);
    }

    private void refuse(DatagramRequest datagram) {
        runner().refuse(
                        datagram,
                        Rejection.SENDER,
                        new IOException("a datagram from the server's own address, or from port 0"));
    }

    private static void ignore(SelectionKey ready) {}

    private void await(long nanos) throws IOException {
        try {
            selector.select(DatagramEndpoint::ignore, nanos / 1_000_000 + 1);
        } catch (ClosedSelectorException e) {
            throw new ClosedChannelException();
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while waiting for a datagram");
        }
    }

    /**
     * Sends the readable bytes to any peer, as {@link #send(ByteBuffer, SocketAddress)} does. Thread-safe.
     *
     * @param message is not changed, and stays the caller's
     */
    public void send(ByteBuf message, SocketAddress peer) throws IOException {
        Sendable.check(message.readableBytes(), peer);
        send(message.nioBuffer(), peer);
        runner().reports().sent(message.readableBytes());
    }

    /**
     * Returns how many datagrams the system has dropped at this address, while the socket was open; empty if it does
     * not tell. Thread-safe.
     */
    public OptionalLong systemDrops() {
        OptionalLong now = SystemDrops.of(address);
        OptionalLong atEnd = dropped; // read last: then the socket was open until now, or this is set
        return atEnd == null ? now : atEnd;
    }

    /**
     * Sends a datagram, waiting a moment if the system has no room. Thread-safe.
     *
     * @throws IOException if the system refuses the datagram, because it is too large for one, or the socket is closed
     */
    @Override
    public void send(ByteBuffer bytes, SocketAddress target) throws IOException {
        long end = System.nanoTime() + LONGEST_SEND.toNanos();
        while (!isSent(bytes, target)) {
            if (end - System.nanoTime() <= 0) {
                throw new IOException("the system had no buffer space for a datagram for " + LONGEST_SEND);
            }
            LockSupport.parkNanos(this, SEND_PAUSE.toNanos());
        }
    }

    /** Sends a datagram; returns false if the system has no room for it now. */
    private boolean isSent(ByteBuffer bytes, SocketAddress target) throws IOException {
        if (system != null && target instanceof Source source) {
            SystemSocket.Sent sent = system.send(bytes, source);
            if (sent != SystemSocket.Sent.BY_CHANNEL) {
                return sent == SystemSocket.Sent.WHOLE;
            }
        }
        boolean empty = !bytes.hasRemaining();
        return channel.send(bytes, target) > 0 || empty;
    }

    @Override
    public int maxAmplification() {
        return config.maxAmplification();
    }

    @Override
    public RequestRunner runner() {
        return Objects.requireNonNull(runner, "nothing is received before open()");
    }

    @Override
    public boolean isAccepting() {
        return !ended && channel.isOpen();
    }

    @Override
    public void hurry() {
        hurried = true;
        selector.wakeup();
    }

    @Override
    public void pause(boolean now) {
        paused = now;
        selector.wakeup();
    }

    @Override
    public void lastCall() {
        paused = false;
        lastCall = true;
        selector.wakeup();
    }

    /** Ends the receiving; the socket stays open for the answers of handlers that still run. */
    @Override
    public void close() {
        ended = true;
        selector.wakeup();
    }

    @Override
    public void abandon() {
        close();
    }

    @Override
    public void release() {
        ended = true;
        try {
            if (dropped == null) {
                dropped = SystemDrops.of(address);
            }
        } finally {
            Closing.quietly(channel);
            Closing.quietly(selector);
            Closing.quietly(system);
            arrivals.release();
        }
    }
}
