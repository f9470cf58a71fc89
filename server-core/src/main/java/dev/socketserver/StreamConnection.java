package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.buffer.SpareBuffers;
import dev.socketserver.net.ProxyHeader;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One accepted connection, TCP or Unix-domain: what a {@link StreamRequestHandler} works on.
 *
 * <p>Reading flushes what was written before it waits for the peer, so a conversation never dead-locks on unsent bytes.
 *
 * <p>Confined to the thread that serves it, except for {@link #close()} and the addresses, which any thread may call.
 */
public final class StreamConnection extends Request implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamConnection.class);

    /** How long one wait may last for a peer that is told of the overload, or goodbye. */
    static final Duration LAST_WORD = Duration.ofMillis(500);

    private final SocketChannel channel;
    private final TimedChannel timed;
    private final ByteInput in;
    private final ByteOutput out;
    private final Duration idleTimeout;
    private @Nullable Registration registration; // set once, before the connection is handed on
    private Duration readTimeout; // confined to the serving thread
    private @Nullable SocketAddress proxyAddress; // set before the connection is handed on
    private @Nullable SocketAddress reachedAddress; // set before the connection is handed on

    StreamConnection(SocketChannel channel, ServerConfig config, SpareBuffers inputs, SpareBuffers outputs)
            throws IOException {
        super(channel.getRemoteAddress());
        this.channel = channel;
        timed = new TimedChannel(channel);
        in = new ByteInput(timed, inputs, config.readBufferSize());
        out = new ByteOutput(timed, outputs, config.writeBufferSize());
        timed.flushBeforeRead(out);
        in.betweenMessages(this::awaitMore);
        idleTimeout = config.idleTimeout();
        readTimeout = config.readTimeout();
        timed.readTimeout(readTimeout);
        timed.writeTimeout(config.writeTimeout());
    }

    /** Returns what the peer sends. */
    public ByteInput in() {
        return in;
    }

    /** Returns what goes to the peer; flushed before each wait for the peer and when {@code handle()} has returned. */
    public ByteOutput out() {
        return out;
    }

    /**
     * Returns the address of the proxy that this connection came through, if it told the peer's by the PROXY protocol.
     */
    public Optional<SocketAddress> proxyAddress() {
        return Optional.ofNullable(proxyAddress);
    }

    /** Returns the address that the peer reached: the proxy's, if one told it, and this server's otherwise. */
    @Override
    public SocketAddress localAddress() {
        if (reachedAddress != null) {
            return reachedAddress;
        }
        try {
            return channel.getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException(this + " is closed", e);
        }
    }

    /**
     * Sets a socket option, such as {@link java.net.StandardSocketOptions#SO_KEEPALIVE}.
     *
     * @throws IOException if the system refuses the value
     */
    public <T> void option(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
    }

    /**
     * Sets how long one read inside {@code handle()} may wait; zero for ever. The server's configuration unless told.
     */
    public void readTimeout(Duration timeout) {
        readTimeout = Options.checkTimeout("readTimeout", timeout);
        timed.readTimeout(readTimeout);
    }

    /** Sets how long one write may wait for the peer to take bytes; zero for ever. The configuration's unless told. */
    public void writeTimeout(Duration timeout) {
        timed.writeTimeout(Options.checkTimeout("writeTimeout", timeout));
    }

    /**
     * Sends what was written and then the end of the stream; reading goes on.
     *
     * @throws IOException if writing to the peer fails
     */
    public void shutdownOutput() throws IOException {
        out.flush();
        channel.shutdownOutput();
    }

    /** Tells whether nobody has closed the connection on this side. Thread-safe. */
    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Closes the connection at once; a handler that reads or writes fails with an {@code IOException}. Thread-safe. */
    @Override
    public void close() {
        closeFromAnyThread();
    }

    /** The connection's proxy has told who is behind it. */
    void proxied(ProxyHeader header) {
        if (header.source() != null) {
            proxyAddress = remoteAddress();
            remoteAddress(header.source());
            reachedAddress = header.destination();
        }
    }

    /** Lets reads return with nothing, while the header of the PROXY protocol is waited for in a selector. */
    void awaitHeader(Selector selector) throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Ends {@link #awaitHeader}. */
    void headerIsHere(Selector selector) throws IOException {
        SelectionKey key = channel.keyFor(selector);
        if (key != null) {
            key.cancel();
        }
        channel.configureBlocking(true);
        in.trim();
    }

    /** Lets the selector of a leader be the place where this connection waits between two requests. */
    void register(Leader leader) {
        registration = new Registration(this, channel, leader);
        timed.registration(registration);
    }

    /** The connection is served inside this turn of its leader's. */
    void turn(long turn) {
        required(registration).turn(turn);
    }

    /** See {@link Registration#arm}. */
    boolean arm(Selector selector) throws IOException {
        return required(registration).arm(selector);
    }

    /** See {@link Registration#disarm}. */
    void disarm() {
        required(registration).disarm();
    }

    private static Registration required(@Nullable Registration present) {
        return Objects.requireNonNull(present, "not registered with a leader");
    }

    @Override
    void hurry() {
        timed.readTimeout(LAST_WORD);
        timed.writeTimeout(LAST_WORD);
    }

    @Override
    boolean isParkable() {
        return registration != null;
    }

    @Override
    void park() throws IOException {
        in.trim();
        out.trim();
        timed.idle(idleTimeout);
        required(registration).park();
    }

    @Override
    int receive() {
        try {
            timed.ready();
            return in.receive();
        } catch (IOException e) {
            LOG.debug("{} ended while idle: {}", this, e.toString());
            return -1;
        }
    }

    @Override
    boolean hasMore() {
        return in.available() > 0;
    }

    @Override
    boolean awaitNext() {
        timed.readTimeout(idleTimeout);
        try {
            return in.await(1);
        } catch (IOException e) {
            LOG.debug("{} ended while idle: {}", this, e.toString());
            return false;
        } finally {
            timed.readTimeout(readTimeout);
        }
    }

    @Override
    void flush() throws IOException {
        if (channel.isOpen()) {
            out.flush();
        }
    }

    @Override
    void abort() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing {} failed: {}", this, e.toString());
        }
        Registration current = registration;
        if (current != null) {
            current.closed();
        }
    }

    @Override
    void wake() {
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            LOG.debug("{} was gone before it could be told to end: {}", this, e.toString());
        }
    }

    @Override
    void expire(long now) {
        try {
            timed.expire(now);
        } catch (IOException e) {
            LOG.debug("{} was gone before it timed out: {}", this, e.toString());
        }
    }

    @Override
    void release() {
        abort();
        try {
            in.close();
        } finally {
            out.discard();
        }
    }
}
