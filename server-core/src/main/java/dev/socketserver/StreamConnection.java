package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.net.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;

/**
 * One accepted connection, TCP or Unix-domain: what a {@link StreamRequestHandler} works on.
 *
 * <p>Reading flushes what was written before it waits for the peer, so a conversation never deadlocks on unsent bytes.
 *
 * <p>What happens to a connection happens in its turn, one thing at a time. It is confined to the thread that has its
 * turn, except for {@link #execute}, {@link #schedule}, {@code send}, {@link #close()} and the addresses, which any
 * thread may use. A call of {@link #in()} or {@link #out()}'s methods by another thread throws an
 * {@link IllegalStateException}.
 */
public non-sealed interface StreamConnection extends Request, Executor, AutoCloseable {
    /** How many tasks may wait for a connection's turn: {@value}. */
    int MOST_TASKS = 1024;

    /** A task that is to run later; see {@link #schedule}. Thread-safe. */
    interface Timer {
        /**
         * Keeps the task from running.
         *
         * @return false if it has run or is running, or was cancelled before, as by the end of its connection
         */
        boolean cancel();
    }

    /** Returns what the peer sends. */
    ByteInput in();

    /** Returns what goes to the peer; flushed before each wait for the peer and when {@code handle()} has returned. */
    ByteOutput out();

    /**
     * Returns the address of the proxy that the connection came through, if it said by the PROXY protocol whose it is.
     */
    Optional<SocketAddress> proxyAddress();

    /**
     * Returns the TLS session, which has the peer's certificate, for example; empty without TLS, and before the
     * handshake is done, as in hooks that run before it.
     */
    Optional<SSLSession> tlsSession();

    /** Returns the protocol that peer and server agreed on by ALPN; empty if on none, or without TLS. */
    Optional<String> applicationProtocol();

    /**
     * Sets a socket option, such as {@link java.net.StandardSocketOptions#SO_KEEPALIVE}.
     *
     * @throws IOException if the system refuses the value
     */
    <T> void option(SocketOption<T> name, T value) throws IOException;

    /**
     * Sets how long one read inside {@code handle()} may wait; zero for no limit. The default is the server's
     * configuration.
     */
    void readTimeout(Duration timeout);

    /**
     * Sets how long a write may wait for the peer to take at least one byte; zero for no limit. The default is the
     * server's configuration.
     */
    void writeTimeout(Duration timeout);

    /**
     * Sets how long the connection may wait for its next message; zero for no limit. It holds for the next wait and, in
     * a task of the connection's, for the one that goes on: from when that began. The default is the server's
     * configuration.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    void idleTimeout(Duration timeout);

    /**
     * Sends what was written and then the end of the stream, and ends {@link #out()}; reading goes on.
     *
     * @throws IOException if writing to the peer fails
     */
    void shutdownOutput() throws IOException;

    /**
     * Sends what was written, and begins TLS in mid-conversation, as after {@code STARTTLS}: all that is read and sent
     * from here on is encrypted, {@linkplain #send(ByteBuf) messages of other threads} that were not sent yet included.
     * The handler has consumed the peer's command, and written the answer to it, in clear text.
     *
     * <p>The peer has {@link Tls#handshakeTimeout()} for the handshake, which goes on as at the beginning of a
     * connection: without a worker after a {@code handle()} that has called {@code keepOpen()} and returns, and in
     * {@link ByteInput#awaitMessage()}, or else in the next read or write, which wait for its end. One that fails is
     * {@linkplain ServerListener#rejected rejected}: a waiting {@code awaitMessage()} returns false, a read or write
     * throws an {@code IOException}, and the connection ends. {@link #tlsSession()} is empty until the handshake is
     * done.
     *
     * @throws java.net.ProtocolException if clear text has come behind the command, which somebody between peer and
     *     server may have put there to have it executed as if it had come encrypted (CVE-2011-0411). It counts as the
     *     peer's fault, and nothing was sent or begun. A handler that would rather ignore or refuse such bytes consumes
     *     them before: {@code in().available()} says how many there are
     * @throws IllegalStateException if the connection has TLS already, or the calling thread does not have its turn
     * @throws IOException if sending fails, or TLS cannot be begun
     */
    void startTls(Tls tls) throws IOException;

    /**
     * Runs a task in the connection's turn: at once if the connection is idle, which it is between two calls of
     * {@code handle()}, in {@link ByteInput#awaitMessage()}, and before its first byte; else when its handler waits for
     * the next message so, or returns. Tasks run in their order, never beside {@code handle()} or each other, and after
     * {@code setup()}. A task may use all that a handler may, and what it writes is flushed afterwards. What it throws
     * goes the way of a handler's failure.
     *
     * <p>Tasks that wait when the handler returns without {@code keepOpen()}, the peer ends or the server drains still
     * run, before {@code finish()}. Those of a connection that is closed or fails are dropped. Thread-safe.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the connection is closed or about to finish, or
     *     {@link #MOST_TASKS} tasks wait already
     */
    @Override
    void execute(Runnable task);

    /**
     * Runs a task in the connection's turn once the time is up: from then on it is a task like any other, see
     * {@link #execute}. It is at most 100 ms late where no handler holds it up, and two that are due within 50 ms of
     * each other may run in either order. The end of the connection cancels it. One that waits holds no thread, and
     * costs the same whether there are few or thousands. Thread-safe.
     *
     * @param delay how long to wait; zero for not at all
     * @throws IllegalArgumentException if the delay is negative
     * @throws java.util.concurrent.RejectedExecutionException if the connection is closed or about to finish, or
     *     {@link #MOST_TASKS} tasks of it are scheduled already
     */
    Timer schedule(Duration delay, Runnable task);

    /**
     * Queues a message for the peer and returns at once. It is sent in the connection's turn, at the times at which
     * {@linkplain #execute tasks} run: so messages of one thread keep their order, and none lands inside of what
     * {@code handle()} writes before it returns or awaits the next message. A message that was taken is sent unless the
     * connection is closed or fails, or it is dropped as the {@link ServerConfig#outboundPolicy()} says; a connection
     * that ends in good order, as in a drain, sends what was taken first.
     *
     * <p>A peer that does not read holds no worker meanwhile, and may take no byte for the
     * {@linkplain #writeTimeout(Duration) write timeout} until its connection is closed. Thread-safe.
     *
     * @param message is retained until it is sent, not copied, and stays the caller's to release; its readable bytes
     *     must not change meanwhile
     * @return false if the connection is closed, or more than {@link ServerConfig#outboundLimit()} bytes would wait
     */
    boolean send(ByteBuf message);

    /** Queues a copy of the bytes for the peer; see {@link #send(ByteBuf)}. Thread-safe. */
    default boolean send(byte[] message) {
        return sendOwned(Unpooled.copiedBuffer(message));
    }

    /** Queues text for the peer; see {@link #send(ByteBuf)}. Thread-safe. */
    default boolean send(CharSequence message, Charset charset) {
        return sendOwned(Unpooled.wrappedBuffer(message.toString().getBytes(charset)));
    }

    private boolean sendOwned(ByteBuf message) {
        try {
            return send(message);
        } finally {
            message.release();
        }
    }

    /**
     * Returns why the connection ends or has ended, which a handler knows in {@code finish()} and
     * {@link StreamRequestHandler#goodbye()} and a listener in {@link ServerListener#closed}; empty before.
     * Thread-safe.
     */
    Optional<EndReason> endedBy();

    /** Returns whether the connection was not closed on this side. Thread-safe. */
    boolean isOpen();

    /**
     * Closes the connection at once. A handler that reads or writes fails with an {@code IOException}; one that is not
     * running is finished in a thread of the server's, not in the caller's. A TLS peer is told of the end if it is the
     * handler that closes, and is cut off otherwise. Thread-safe.
     */
    @Override
    void close();
}
