package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.buffer.SpareBuffers;
import dev.socketserver.internal.util.Printable;
import dev.socketserver.net.ProxyHeader;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
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
    private final @Nullable TlsChannel tls;
    private final ByteInput in;
    private final ByteOutput out;
    private final Duration idleTimeout;
    private final boolean awaitFirstByte;
    private @Nullable Registration registration; // set once, before the connection is handed on
    private Duration readTimeout; // confined to the serving thread
    private Duration writeTimeout; // confined to the serving thread
    private int received = 1; // confined to the serving thread: what the last wait for the peer has brought
    private boolean cutShort; // confined to the thread that ends it
    private @Nullable SocketAddress proxyAddress; // set before the connection is handed on
    private @Nullable SocketAddress reachedAddress; // set before the connection is handed on

    StreamConnection(SocketChannel channel, ServerConfig config, SpareBuffers inputs, SpareBuffers outputs)
            throws IOException {
        super(channel.getRemoteAddress());
        this.channel = channel;
        if (config.address() instanceof UnixDomainSocketAddress path) {
            reachedAddress = path; // the channel has another name of the same file
        }
        timed = new TimedChannel(channel);
        tls = config.tls() == null ? null : new TlsChannel(timed, config.tls());
        in = new ByteInput(tls == null ? timed : tls, inputs, config.readBufferSize());
        out = new ByteOutput(tls == null ? timed : tls, outputs, config.writeBufferSize());
        timed.flushBeforeRead(out);
        in.betweenMessages(this::awaitMore);
        idleTimeout = config.idleTimeout();
        awaitFirstByte = config.awaitFirstByte();
        readTimeout = config.readTimeout();
        writeTimeout = config.writeTimeout();
        applyTimeouts();
    }

    private void applyTimeouts() {
        timed.readTimeout(readTimeout);
        timed.writeTimeout(writeTimeout);
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

    /**
     * Returns what peer and server agreed on by TLS, such as the peer's certificate; empty without TLS, and in hooks
     * that run before the handshake.
     */
    public Optional<SSLSession> tlsSession() {
        return engine().map(SSLEngine::getSession);
    }

    /** Returns the protocol that peer and server agreed on by ALPN; empty if on none, or without TLS. */
    public Optional<String> applicationProtocol() {
        return engine().map(SSLEngine::getApplicationProtocol).filter(name -> !name.isEmpty());
    }

    private Optional<SSLEngine> engine() {
        return tls == null ? Optional.empty() : Optional.ofNullable(tls.engine());
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
        writeTimeout = Options.checkTimeout("writeTimeout", timeout);
        timed.writeTimeout(writeTimeout);
    }

    /**
     * Sends what was written and then the end of the stream; reading goes on.
     *
     * @throws IOException if writing to the peer fails
     */
    public void shutdownOutput() throws IOException {
        out.flush();
        if (tls != null) {
            tls.closeOutput();
        }
        channel.shutdownOutput();
    }

    /** Tells whether nobody has closed the connection on this side. Thread-safe. */
    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /**
     * Closes the connection at once; a handler that reads or writes fails with an {@code IOException}. A TLS peer hears
     * of the end, if it is the handler that closes, and is cut off otherwise. Thread-safe.
     */
    @Override
    public void close() {
        if (isServedBy(Thread.currentThread())) {
            endTls(LAST_WORD);
        }
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
        if (tls != null) {
            tls.awaitHeader();
        }
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
        if (tls != null) {
            tls.begin(in.available() > 0 ? in.buffer() : Unpooled.EMPTY_BUFFER);
        }
        in.trim();
    }

    /** Lets the selector of a leader be the place where this connection waits between two requests. */
    void register(Leader leader) {
        registration = new Registration(this, channel, leader);
        timed.registration(registration);
    }

    /** Returns its stay with a leader; only after {@link #register}. */
    Registration registration() {
        return Objects.requireNonNull(registration, "not registered with a leader");
    }

    @Override
    void hurry() {
        timed.readTimeout(LAST_WORD);
        timed.writeTimeout(LAST_WORD);
    }

    @Override
    boolean awaitsHandshake() {
        return tls != null && tls.isAwaited();
    }

    @Override
    int handshake(int came) throws IOException {
        TlsChannel awaited = Objects.requireNonNull(tls, "without TLS");
        if (came < 0 && (isDismissed() || (awaitFirstByte && !awaited.isShaking()))) {
            return -1;
        } else if (came < 0) {
            throw awaited.brokenOff();
        }
        boolean done = awaited.handshake(registration == null);
        applyTimeouts();
        shakesHands(!done);
        if (done && (!awaitFirstByte || hasMore())) {
            return 1;
        }
        if (!isParkable()) {
            return awaited.hasEnded() ? -1 : 1;
        }
        stayFresh();
        return 0;
    }

    @Override
    void cutShort() {
        cutShort = true;
    }

    @Override
    boolean isParkable() {
        return registration != null && (tls == null || !tls.hasEnded());
    }

    @Override
    void park() throws IOException {
        in.trim();
        out.trim();
        if (tls != null) {
            tls.trim();
        }
        if (received == 0) {
            timed.idleStill();
        } else {
            timed.idle(patience());
        }
        registration().park();
    }

    private Duration patience() {
        if (tls != null && tls.isAwaited() && (!awaitFirstByte || tls.isShaking())) {
            return tls.patience();
        }
        return idleTimeout;
    }

    @Override
    int receive() {
        timed.ready();
        try {
            received = tls != null && tls.isAwaited() ? tls.receive() : in.receive();
        } catch (IOException e) {
            LOG.debug("{} ended while idle: {}", this, Printable.of(e));
            received = -1;
        } finally {
            timed.received();
        }
        return received;
    }

    @Override
    boolean hasMore() {
        try {
            return in.available() > 0 || (tls != null && tls.hasMore());
        } catch (IOException e) {
            LOG.debug("{} broke the protocol: {}", this, Printable.of(e));
            return false;
        }
    }

    @Override
    boolean awaitNext() {
        timed.readTimeout(idleTimeout);
        try {
            received = in.await(1) ? 1 : -1;
        } catch (IOException e) {
            LOG.debug("{} ended while idle: {}", this, Printable.of(e));
            received = -1;
        } finally {
            timed.readTimeout(readTimeout);
        }
        return received > 0;
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
            LOG.debug("closing {} failed: {}", this, Printable.of(e));
        }
        if (registration != null) {
            registration.closed();
        }
    }

    @Override
    void wake() {
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            LOG.debug("{} was gone before it could be told to end: {}", this, Printable.of(e));
        }
    }

    @Override
    void expire(long now) {
        try {
            timed.expire(now);
        } catch (IOException e) {
            LOG.debug("{} was gone before it timed out: {}", this, Printable.of(e));
        }
    }

    @Override
    void release() {
        try {
            boolean served = handler() != null && received > 0;
            endTls(served ? writeTimeout : LAST_WORD);
        } finally {
            abort();
            releaseBuffers();
        }
    }

    private void releaseBuffers() {
        if (tls != null) {
            tls.discard();
        }
        try {
            in.close();
        } finally {
            out.discard();
        }
    }

    /** Tells a TLS peer that this is the end, or why it is, as far as the connection is still there. */
    private void endTls(Duration patience) {
        try {
            if (tls != null && !cutShort && channel.isOpen()) {
                timed.writeTimeout(patience);
                tls.closeOutput();
            }
        } catch (IOException e) {
            LOG.debug("{} did not hear of the end: {}", this, Printable.of(e));
        }
    }
}
