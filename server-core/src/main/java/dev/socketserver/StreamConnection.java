package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.net.ProxyHeader;
import dev.socketserver.net.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;

/**
 * An accepted TCP or Unix-domain connection, which a {@link StreamRequestHandler} serves.
 *
 * <p>A read that has to wait for the peer first flushes the output, so a conversation never deadlocks on unsent bytes.
 *
 * <p>Everything that happens on a connection happens in its turn, one step at a time. The connection is confined to the
 * thread that has its turn, except for {@link #execute}, {@link #schedule}, {@code send}, {@link #close()} and the
 * addresses, which any thread may use. If another thread calls a method of {@link #in()} or {@link #out()}, it throws
 * an {@link IllegalStateException}.
 */
public non-sealed interface StreamConnection extends Request, Executor, AutoCloseable {
    /** The maximum number of tasks that may wait for a connection's turn: {@value}. */
    int MOST_TASKS = 1024;

    /** A scheduled task; see {@link #schedule}. Thread-safe. */
    interface Timer {
        /**
         * Cancels the task.
         *
         * @return false if the task has run, is running, or was already cancelled, for example by the end of its
         *     connection
         */
        boolean cancel();
    }

    /** The two directions of a relayed connection; see {@link #relayTo}. Thread-safe. */
    interface Relay {
        /** Returns how many of the peer's bytes upstream has accepted. */
        long bytesSent();

        /** Returns how many bytes upstream has sent. */
        long bytesReceived();
    }

    /** Returns the input from the peer. */
    ByteInput in();

    /** Returns the output to the peer; flushed before each wait for the peer and when {@code handle()} has returned. */
    ByteOutput out();

    /**
     * Returns the address of the proxy through which the connection came, if the proxy named its client by the PROXY
     * protocol.
     */
    Optional<SocketAddress> proxyAddress();

    /**
     * Returns the header of the PROXY protocol with which the connection came, which has what the proxy tells of its
     * client besides the addresses: the {@linkplain ProxyHeader#tlvs() extensions}. Without a
     * {@linkplain ProxyHeader#source() source}, the connection is the proxy's own. Empty without the PROXY protocol,
     * and before the header has come.
     */
    Optional<ProxyHeader> proxyHeader();

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
     * @throws IOException if the system rejects the value
     */
    <T> void option(SocketOption<T> name, T value) throws IOException;

    /**
     * Sets how long one read inside {@code handle()} may wait; zero for no limit. The default is the configured
     * timeout.
     */
    void readTimeout(Duration timeout);

    /**
     * Sets how long a write may wait for the peer to accept at least one byte; zero for no limit. The default is the
     * configured timeout.
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
     * @throws IllegalStateException if the connection is relayed, or the calling thread does not have its turn
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
     * @throws IllegalStateException if the connection has TLS already, has shut down its output or is about to end, or
     *     the calling thread does not have its turn
     * @throws IOException if sending fails, or TLS cannot be begun
     */
    void startTls(Tls tls) throws IOException;

    /**
     * Relays this connection to another one, upstream: from now on, what the peer sends goes there, beginning with what
     * it has sent and the handler has not consumed, and what upstream sends goes to the peer. The handler returns
     * without {@code keepOpen()}, is not called again before {@code finish()}, and no longer uses {@link #in()} and
     * {@link #out()}.
     *
     * <p>A relay holds a worker only while bytes flow, or, with the engine {@link Engine#BLOCKING}, until it ends. Each
     * side is read only as fast as the other one accepts. It ends
     *
     * <ul>
     *   <li>when both sides have ended their output; the end of each is passed on to the other,
     *   <li>when either side fails,
     *   <li>when one side has accepted no byte of what the other has sent for the {@linkplain #writeTimeout(Duration)
     *       write timeout},
     *   <li>when no byte has come from either for the {@linkplain #idleTimeout(Duration) idle timeout}, in contrast to
     *       which the other time limits, {@code maxConnectionAge} and the beginning of a drain do not end a relay,
     *   <li>when the connection is closed, or at the end of the grace period of a drain.
     * </ul>
     *
     * Then both are closed. Unless both have ended their output, or neither has sent anything for that long, they are
     * reset, so that neither takes what it has received for all. Called in {@code setup()}, after which
     * {@code handle()} is not called, in {@code handle()}, or in a task of the connection's while the handler is not in
     * {@code handle()}.
     *
     * @param upstream is connected, to any address; the connection's from here on, and closed even if this fails
     * @return the number of bytes relayed
     * @throws IllegalArgumentException if {@code upstream} is not connected
     * @throws IllegalStateException if the connection is relayed already, has shut down its output or is about to end,
     *     or the calling thread does not have its turn
     * @throws UnsupportedOperationException if the connection is in memory
     * @throws IOException if sending what was written fails, or {@code upstream} is closed
     */
    Relay relayTo(SocketChannel upstream) throws IOException;

    /**
     * Runs a task in the connection's turn. If the connection is idle, the task runs at once; it is idle between two
     * calls of {@code handle()}, in {@link ByteInput#awaitMessage()}, and before its first byte. Otherwise the task
     * runs when the handler next calls {@code awaitMessage()} or returns. Tasks run in submission order, after
     * {@code setup()}, and never concurrently with {@code handle()} or each other. A task may use everything that a
     * handler may use, and its output is flushed afterwards. An exception that it throws is treated like a handler's
     * failure.
     *
     * <p>Tasks that are waiting when the handler returns without {@code keepOpen()}, the peer ends its output or the
     * server drains still run, before {@code finish()}. If the connection is closed or fails, they are dropped.
     * Thread-safe.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the connection is closed or about to finish, or
     *     {@link #MOST_TASKS} tasks are already waiting
     */
    @Override
    void execute(Runnable task);

    /**
     * Runs a task in the connection's turn after a delay. When it is due, it is treated like a task of
     * {@link #execute}. It runs at most 100 ms late unless a handler occupies the turn; two tasks due within 50 ms of
     * each other may run in either order. The end of the connection cancels it. A scheduled task holds no thread, and
     * its cost does not depend on the number of scheduled tasks. Thread-safe.
     *
     * @param delay how long to wait; may be zero
     * @throws IllegalArgumentException if the delay is negative
     * @throws java.util.concurrent.RejectedExecutionException if the connection is closed or about to finish, or
     *     {@link #MOST_TASKS} of its tasks are already scheduled
     */
    Timer schedule(Duration delay, Runnable task);

    /**
     * Queues a message for the peer and returns immediately. The message is sent in the connection's turn, at the
     * points at which {@linkplain #execute tasks} run. Messages of one thread therefore keep their order, and never
     * interrupt what {@code handle()} writes before it returns or awaits the next message. An accepted message is sent
     * unless the connection is closed or fails, or the {@link ServerConfig#outboundPolicy()} drops it; a connection
     * that ends normally, as in a drain, first sends all accepted messages.
     *
     * <p>A peer that does not read holds no worker. If it accepts no byte for the {@linkplain #writeTimeout(Duration)
     * write timeout}, its connection is closed. Thread-safe.
     *
     * @param message is retained until it is sent, not copied, and stays the caller's to release; its readable bytes
     *     must not change meanwhile
     * @return false if the connection is closed, or the waiting messages would exceed
     *     {@link ServerConfig#outboundLimit()}
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
     * Returns why the connection ends or has ended; available in {@code finish()},
     * {@link StreamRequestHandler#goodbye()} and {@link ServerListener#closed}, empty before. Thread-safe.
     */
    Optional<EndReason> endedBy();

    /** Returns whether the connection has not been closed on this side. Thread-safe. */
    boolean isOpen();

    /**
     * Closes the connection immediately. If the handler is reading or writing, it fails with an {@code IOException}; if
     * it is not running, it is finished in a server thread, not in the caller's. A TLS peer receives a
     * {@code close_notify} only if the handler itself closes the connection. Thread-safe.
     */
    @Override
    void close();
}
