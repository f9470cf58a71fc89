package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.Datagram;
import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.ServerConfig;
import dev.socketserver.UdpServer;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.internal.run.RequestRunner;
import dev.socketserver.internal.udp.DatagramRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * In-memory datagrams to {@link DatagramRequestHandler}s, seen from the peer's side, for tests of the handler. Each
 * datagram is served in the calling thread by a new handler.
 *
 * <pre>{@code
 * try (var datagrams = InMemoryDatagrams.to(TimeHandler::new)) {
 *     datagrams.send("what time is it?");
 *     assertThat(datagrams.received()).containsExactly("half past ten");
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class InMemoryDatagrams implements AutoCloseable {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final ServerConfig config;
    private final CallerRun run;
    private final List<byte[]> received = new CopyOnWriteArrayList<>(); // late answers come from any thread
    private final DatagramRequest.Socket socket = new MemorySocket();
    private SocketAddress remoteAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private SocketAddress localAddress;

    private InMemoryDatagrams(UdpServer server) {
        config = server.config();
        run = new CallerRun(server, config);
        localAddress = config.address();
    }

    /** Keeps the answers. */
    private final class MemorySocket implements DatagramRequest.Socket {
        @Override
        public SocketAddress address() {
            return localAddress;
        }

        @Override
        public void send(ByteBuffer content, SocketAddress target) {
            var bytes = new byte[content.remaining()];
            content.get(bytes);
            received.add(bytes);
        }

        @Override
        public int maxAmplification() {
            return config.maxAmplification();
        }

        @Override
        public RequestRunner runner() {
            return run.runner();
        }
    }

    /**
     * Returns datagrams to handlers with the default configuration.
     *
     * @param handlers creates a new handler for each datagram
     */
    public static InMemoryDatagrams to(Supplier<? extends DatagramRequestHandler> handlers) {
        return new InMemoryDatagrams(new UdpServer(ServerConfig.builder().build(), handlers) {
            @Override
            protected void handleError(Datagram datagram, Throwable failure) {} // send() throws it
        });
    }

    /**
     * Returns datagrams to the handlers of a server, which need not be bound and is not started. Of its hooks,
     * {@code verifyRequest} and {@code handleError} are called; its {@code maxDatagramSize}, its
     * {@code maxAmplification} and its listener apply.
     */
    public static InMemoryDatagrams to(UdpServer server) {
        return new InMemoryDatagrams(server);
    }

    /** Sets the sender of the next datagrams. The default is port 1 of the loopback address. */
    public InMemoryDatagrams remoteAddress(SocketAddress address) {
        remoteAddress = Objects.requireNonNull(address, "address");
        return this;
    }

    /** Sets the address to which datagrams are sent. The default is the server's configured address. */
    public InMemoryDatagrams localAddress(SocketAddress address) {
        localAddress = Objects.requireNonNull(address, "address");
        return this;
    }

    /** Sends text in UTF-8; see {@link #send(byte[])}. */
    public InMemoryDatagrams send(String text) {
        return send(text.getBytes(UTF_8));
    }

    /**
     * Sends a datagram and serves it. A datagram longer than {@link ServerConfig#maxDatagramSize()} is truncated.
     *
     * @throws AssertionError if the handler or a hook threw, which is the cause
     */
    public InMemoryDatagrams send(byte[] bytes) {
        Throwable failure = serve(bytes);
        if (failure != null) {
            throw new AssertionError("the handler threw " + failure, failure);
        }
        return this;
    }

    /**
     * Sends a datagram and serves it, with a handler that is expected to throw.
     *
     * @return what the handler, or a hook, threw
     * @throws AssertionError if nothing was thrown
     */
    public Throwable sendToFailure(byte[] bytes) {
        Throwable failure = serve(bytes);
        if (failure == null) {
            throw new AssertionError("the handler threw nothing; the peer has received " + received());
        }
        return failure;
    }

    private @Nullable Throwable serve(byte[] bytes) {
        int length = Math.min(bytes.length, config.maxDatagramSize());
        ByteBuf content = allocator.directBuffer(Math.max(1, length)).writeBytes(bytes, 0, length);
        var request = new DatagramRequest(socket, remoteAddress, content, length < bytes.length);
        run.admit(request);
        run.run(request);
        return run.takeFailure();
    }

    /** Returns the datagrams that the peer has received, each as text in UTF-8. */
    public List<String> received() {
        return received.stream().map(bytes -> new String(bytes, UTF_8)).toList();
    }

    /** Returns the datagrams that the peer has received. */
    public List<byte[]> receivedBytes() {
        return List.copyOf(received);
    }

    /**
     * Ends the test.
     *
     * @throws AssertionError if a handler has retained a datagram's bytes and not released them, or has not closed a
     *     late answer
     */
    @Override
    public void close() {
        int open = run.runner().open().size();
        if (open > 0) {
            throw new AssertionError("late answers were not closed, to " + open + " datagrams");
        }
        long left = allocator.metric().usedDirectMemory();
        if (left > 0) {
            throw new AssertionError(
                    "a handler has retained a datagram's content and not released it: " + left + " bytes");
        }
    }
}
