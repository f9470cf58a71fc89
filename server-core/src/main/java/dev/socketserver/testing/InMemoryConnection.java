package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.EndReason;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.StreamServer;
import dev.socketserver.TcpServer;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.internal.util.Check;
import dev.socketserver.internal.util.Printable;
import dev.socketserver.net.ProxyHeader;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An in-memory connection to a {@link StreamRequestHandler}, seen from the peer's side, for tests of the handler.
 *
 * <p>A test scripts the peer's actions ({@link #send}, {@link #expect}, {@link #shutdownOutput}, …) and then calls
 * {@link #serve()}, which runs the handler in the calling thread until the connection is closed, or idle with no step
 * left. It may continue with further steps and calls of {@code serve()}.
 *
 * <pre>{@code
 * try (var connection = InMemoryConnection.to(GreetHandler::new)) {
 *     connection.expect("who is there?\n").send("Ann\n").expect("hello Ann\n").serve();
 * }
 * }</pre>
 *
 * <p>A step runs when the connection waits for its peer: in a read, in {@code awaitMessage()}, or idle after
 * {@code keepOpen()}. So the pieces of the input arrive one by one. Nothing ever blocks: when no step is left, a read
 * times out at once, and {@code awaitMessage()} returns false.
 *
 * <p>The order of calls, {@code keepOpen()} with a partial message, buffers, views and exceptions are the same as in a
 * server. Using an invalid view throws an exception, and {@link #close()} fails if the handler has retained one.
 * {@code setup()} and the first {@code handle()} run before the first step, unless
 * {@link ServerConfig#awaitFirstByte()} is true. With a {@linkplain ServerConfig#framing() framing}, {@code handle()}
 * runs when a message is there. TLS, the PROXY protocol and limits on connections and their age are not part of it:
 * after {@link StreamConnection#startTls} the conversation goes on in clear text, and only {@link #isTlsStarted()} and
 * the connection's {@code tlsSession()} tell.
 *
 * <p>Not thread-safe; the handler may use its connection as documented.
 */
public final class InMemoryConnection implements AutoCloseable {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final CallerRun run;
    private final MemoryConnection request;
    private final MemoryChannel channel;
    private boolean admitted;
    private boolean closed;
    private int checked; // how many bytes of the output were expected
    private @Nullable AssertionError unexpected;

    private InMemoryConnection(StreamServer server) {
        run = new CallerRun(server, server.config());
        request = new MemoryConnection(
                server.config(), run, allocator, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        channel = request.channel;
    }

    /**
     * Returns a connection to a handler with the default configuration.
     *
     * @param handlers creates the handler
     */
    public static InMemoryConnection to(Supplier<? extends StreamRequestHandler> handlers) {
        return new InMemoryConnection(new TcpServer(ServerConfig.builder().build(), handlers) {
            @Override
            protected void handleError(StreamConnection connection, Throwable failure) {} // serve() throws it
        });
    }

    /**
     * Returns a connection to a handler of a server, which need not be bound and is not started. Of its hooks,
     * {@code verifyRequest} and {@code handleError} are called; its configured limits, sizes and listener apply.
     */
    public static InMemoryConnection to(StreamServer server) {
        return new InMemoryConnection(server);
    }

    // ---- properties of the connection that the handler sees; set them before serve()

    /** Sets the peer's address. The default is port 1 of the loopback address. */
    public InMemoryConnection remoteAddress(SocketAddress address) {
        request.comesFrom(Objects.requireNonNull(address, "address"));
        return this;
    }

    /** Sets the address that the peer has connected to. The default is the server's configured address. */
    public InMemoryConnection localAddress(SocketAddress address) {
        request.localAddress = Objects.requireNonNull(address, "address");
        return this;
    }

    /** Sets the address of the proxy between peer and server. The default is none. */
    public InMemoryConnection proxyAddress(SocketAddress address) {
        request.proxyAddress = Objects.requireNonNull(address, "address");
        return this;
    }

    /**
     * Sets the header of the PROXY protocol with which the connection comes; {@link ProxyHeader#read} makes one from
     * bytes. The peer's address so far becomes the proxy's, and those in the header, if any, are the connection's. The
     * default is none.
     */
    public InMemoryConnection proxyHeader(ProxyHeader header) {
        request.proxied(Objects.requireNonNull(header, "header"));
        return this;
    }

    /** Sets the TLS session of a connection that begins with TLS. The default is none; nothing is ever encrypted. */
    public InMemoryConnection tlsSession(SSLSession session) {
        request.tlsSession = Objects.requireNonNull(session, "session");
        return this;
    }

    /** Sets the protocol that peer and server agreed on by ALPN. The default is none. */
    public InMemoryConnection applicationProtocol(String name) {
        request.applicationProtocol = Objects.requireNonNull(name, "name");
        return this;
    }

    // ---- what the peer does

    /** Makes the peer send text in UTF-8; see {@link #send(byte[], int...)}. */
    public InMemoryConnection send(String text, int... splitAt) {
        return send(text.getBytes(UTF_8), splitAt);
    }

    /**
     * Makes the peer send bytes, which arrive together or in several pieces.
     *
     * @param splitAt the positions at which a new piece begins, each larger than the one before
     * @throws IllegalArgumentException if a piece would be empty or is not within the bytes
     */
    public InMemoryConnection send(byte[] bytes, int... splitAt) {
        int start = 0;
        for (int end : splitAt) {
            if (end <= start || end >= bytes.length) {
                throw new IllegalArgumentException("splitAt must have increasing positions inside " + bytes.length
                        + " bytes: " + Arrays.toString(splitAt));
            }
            start = end;
        }
        start = 0;
        for (int end : splitAt) {
            sendPiece(Arrays.copyOfRange(bytes, start, end));
            start = end;
        }
        sendPiece(Arrays.copyOfRange(bytes, start, bytes.length));
        return this;
    }

    private void sendPiece(byte[] piece) {
        channel.add(() -> channel.arrive(piece));
    }

    /** Makes the peer send bytes, each of which arrives separately. */
    public InMemoryConnection sendByteByByte(byte[] bytes) {
        return send(bytes, IntStream.range(1, bytes.length).toArray());
    }

    /** Makes the peer end its output: the handler's input ends, but its output still reaches the peer. */
    public InMemoryConnection shutdownOutput() {
        channel.add(channel::endInput);
        return this;
    }

    /** Makes the peer reset the connection: further reads and writes fail. */
    public InMemoryConnection reset() {
        channel.add(channel::reset);
        return this;
    }

    /**
     * Makes the peer stay silent until a read times out, {@code awaitMessage()} returns false, or an idle connection is
     * closed. Tasks scheduled for an earlier time run.
     */
    public InMemoryConnection staySilent() {
        channel.add(Silence.untilTimeIsUp(run, request));
        return this;
    }

    /**
     * Makes the peer stay silent for a time, without blocking: only this step advances the connection's clock.
     * Scheduled tasks run and timeouts expire when they are due.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public InMemoryConnection staySilent(Duration time) {
        channel.add(Silence.of(Check.notNegative("time", time), run, request));
        return this;
    }

    /** Makes the peer read that many more bytes of output and then stop: further writes time out at once. */
    public InMemoryConnection readAtMost(int bytes) {
        channel.takeAtMost(bytes);
        return this;
    }

    /**
     * Makes the server begin to drain: if the connection is idle, {@code goodbye()} is called and the connection ends.
     * A peer that has sent nothing since it connected has one more second for its first byte.
     */
    public InMemoryConnection drain() {
        channel.add(() -> {
            run.beginDrain(request::drained);
            return MemoryChannel.Wait.ENDED;
        });
        return this;
    }

    /** Makes the peer expect exactly this text, in UTF-8; see {@link #expect(byte[])}. */
    public InMemoryConnection expect(String text) {
        return expect(text.getBytes(UTF_8));
    }

    /**
     * Makes the peer expect exactly these bytes: {@link #serve()} fails unless the handler has sent them since the last
     * expectation, by the time it waits next or has ended.
     */
    public InMemoryConnection expect(byte[] bytes) {
        byte[] expected = bytes.clone();
        channel.add(() -> {
            byte[] sent = channel.sent();
            byte[] actual = Arrays.copyOfRange(sent, checked, sent.length);
            checked = sent.length;
            if (unexpected == null && !Arrays.equals(expected, actual)) {
                unexpected = new AssertionError("expected " + shown(expected) + " but the handler sent " + shown(actual)
                        + (channel.isOpen() ? "" : ", and the connection is closed"));
            }
            return MemoryChannel.Wait.ENDED;
        });
        return this;
    }

    static String shown(byte[] bytes) {
        return "\"" + Printable.of(new String(bytes, UTF_8)) + "\"";
    }

    // ---- what the server does

    /**
     * Serves the connection as a server would, until it is closed, or idle with no step left.
     *
     * @throws AssertionError if the handler or a hook threw, which is the cause, or an expectation was not met
     */
    public InMemoryConnection serve() {
        Throwable failure = play();
        if (failure != null) {
            throw new AssertionError("the handler threw " + failure, failure);
        }
        return this;
    }

    /**
     * Serves the connection like {@link #serve()}, with a handler that is expected to throw.
     *
     * @return what the handler, or a hook, threw
     * @throws AssertionError if nothing was thrown, or an expectation was not met
     */
    public Throwable serveToFailure() {
        Throwable failure = play();
        if (failure == null) {
            throw new AssertionError("the handler threw nothing; it sent " + shown(channel.sent()));
        }
        return failure;
    }

    /** Serves the connection; returns what was thrown meanwhile. */
    private @Nullable Throwable play() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
        if (!admitted) {
            admitted = true;
            run.admit(request);
            run.run(request);
        }
        boolean goesOn = true;
        while (goesOn) {
            if (request.takeScheduled()) {
                run.run(request);
            } else if (request.isIdle()) {
                goesOn = channel.isReady() || channel.await() != MemoryChannel.Wait.NOTHING_LEFT || run.hurry();
                if (goesOn && channel.isReady()) {
                    run.ready(request);
                }
            } else {
                goesOn = channel.await() != MemoryChannel.Wait.NOTHING_LEFT; // nothing but expectations matter
            }
        }
        Throwable failure = run.takeFailure();
        AssertionError mismatch = unexpected;
        if (mismatch != null) {
            unexpected = null;
            if (failure != null) {
                mismatch.addSuppressed(failure);
            }
            throw mismatch;
        }
        return failure;
    }

    // ---- what the test sees

    /** Returns all bytes that the peer has received, as text in UTF-8. */
    public String received() {
        return new String(channel.sent(), UTF_8);
    }

    /** Returns all bytes that the peer has received. */
    public byte[] receivedBytes() {
        return channel.sent();
    }

    /** Returns whether the connection is open; after {@link #serve()}, an open connection is idle. */
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Returns whether the handler has ended its output, or the connection is closed. */
    public boolean isInputShutdown() {
        return channel.isOutputEnded() || !channel.isOpen();
    }

    /** Returns whether the handler has called {@link StreamConnection#startTls}, with success. */
    public boolean isTlsStarted() {
        return request.tlsStarted;
    }

    /** Returns the timeout of the handler's reads. */
    public Duration readTimeout() {
        return request.readTimeout;
    }

    /** Returns the timeout of the handler's writes. */
    public Duration writeTimeout() {
        return request.writeTimeout;
    }

    /** Returns the timeout of the idle connection. */
    public Duration idleTimeout() {
        return request.idleTimeout;
    }

    /** Returns why the connection has ended; empty if it has not. */
    public Optional<EndReason> endedBy() {
        return request.endedBy();
    }

    /** Returns the socket options that the handler has set. */
    public Map<SocketOption<?>, Object> options() {
        return Map.copyOf(request.options);
    }

    /**
     * Closes the connection if it is still open, which finishes the handler, and releases its buffers. Further calls
     * have no effect.
     *
     * @throws AssertionError if the handler's {@code finish()} threw, or the handler has retained a buffer of the
     *     connection and not released it
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        run.close(request);
        Throwable failure = run.takeFailure();
        long left = allocator.metric().usedDirectMemory();
        if (failure != null) {
            throw new AssertionError("the handler threw " + failure + " when it was finished", failure);
        } else if (left > 0) {
            throw new AssertionError(
                    "the handler has retained a buffer of its connection and not released it: " + left + " bytes");
        }
    }

    @Override
    public String toString() {
        return "InMemoryConnection[" + request.remoteAddress() + "]";
    }
}
