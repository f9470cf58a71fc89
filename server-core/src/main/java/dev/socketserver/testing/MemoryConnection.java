package dev.socketserver.testing;

import dev.socketserver.EndReason;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.internal.stream.Faults;
import dev.socketserver.internal.util.Check;
import dev.socketserver.internal.util.Printable;
import dev.socketserver.net.ProxyHeader;
import dev.socketserver.net.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** An in-memory connection as its handler sees it; {@link MemoryRequest} runs its turns. */
final class MemoryConnection extends MemoryRequest implements StreamConnection {
    final Map<SocketOption<?>, Object> options = new HashMap<>();
    SocketAddress localAddress;

    @Nullable
    SocketAddress proxyAddress;

    private @Nullable ProxyHeader proxyHeader;

    @Nullable
    SSLSession tlsSession;

    @Nullable
    String applicationProtocol;

    boolean tlsStarted;

    MemoryConnection(ServerConfig config, CallerRun run, ByteBufAllocator allocator, SocketAddress remoteAddress) {
        super(config, run, allocator, remoteAddress);
        localAddress = config.address();
    }

    void comesFrom(SocketAddress address) {
        remoteAddress(address);
    }

    /** It came through a proxy, with this header. */
    void proxied(ProxyHeader header) {
        proxyHeader = header;
        if (header.source() != null && header.destination() != null) {
            proxyAddress = remoteAddress();
            remoteAddress(header.source());
            localAddress = header.destination();
        }
    }

    @Override
    public StreamConnection face() {
        return this;
    }

    @Override
    public ByteInput in() {
        return in;
    }

    @Override
    public ByteOutput out() {
        return out;
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public Optional<SocketAddress> proxyAddress() {
        return Optional.ofNullable(proxyAddress);
    }

    @Override
    public Optional<ProxyHeader> proxyHeader() {
        return Optional.ofNullable(proxyHeader);
    }

    @Override
    public Optional<SSLSession> tlsSession() {
        return Optional.ofNullable(tlsSession);
    }

    @Override
    public Optional<String> applicationProtocol() {
        return Optional.ofNullable(applicationProtocol);
    }

    /** The conversation goes on in clear text, with a session that nobody has negotiated. */
    @Override
    public void startTls(Tls tls) throws IOException {
        beforeUse();
        if (tlsSession != null) {
            throw new IllegalStateException(this + " has TLS already");
        }
        Faults.requireOutput(this, out, calls.hasEnded());
        if (in.unread() > 0) {
            throw fault(Faults.clearTextBehindStartTls(in.unread()));
        }
        SSLSession session = tls.engines().get().getSession();
        out.send();
        tlsSession = session;
        tlsStarted = true;
    }

    /** There is no socket to wait for. */
    @Override
    public Relay relayTo(SocketChannel upstream) throws IOException {
        Objects.requireNonNull(upstream, "upstream").close();
        throw new UnsupportedOperationException("a connection in memory cannot be relayed");
    }

    @Override
    public <T> void option(SocketOption<T> name, T value) throws IOException {
        Objects.requireNonNull(name, "name");
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        } else if (value == null) {
            throw new IllegalArgumentException("the value of " + name + " is null");
        }
        try (SocketChannel socket = newSocket()) {
            socket.setOption(name, value); // throws what the connection's own would throw
        }
        options.put(name, value);
    }

    /** Returns a socket of the server's kind, which is connected to nobody. */
    private SocketChannel newSocket() throws IOException {
        return config.address() instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
    }

    @Override
    public void readTimeout(Duration timeout) {
        readTimeout = Check.notNegative("readTimeout", timeout);
        channel.readTimeout(readTimeout);
    }

    @Override
    public void writeTimeout(Duration timeout) {
        writeTimeout = Check.notNegative("writeTimeout", timeout);
        channel.writeTimeout(writeTimeout);
    }

    @Override
    public void idleTimeout(Duration timeout) {
        idleTimeout = Check.notNegative("idleTimeout", timeout);
    }

    @Override
    public void shutdownOutput() throws IOException {
        requireTurn();
        out.send();
        calls.outbound().end();
        sendQueued();
        out.discard();
        try {
            channel.endOutput();
        } catch (IOException e) {
            throw fault(e);
        }
    }

    @Override
    public void close() {
        if (hasTurn()) {
            closedByHandler();
            endsBy(EndReason.HANDLER);
        }
        abort();
        call();
    }

    @Override
    public void execute(Runnable task) {
        calls.execute(task, this);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return calls.schedule(task, delay, alarms, this);
    }

    @Override
    public boolean send(ByteBuf message) {
        boolean taken = calls.send(
                message.retainedDuplicate(), this, config, run.runner().reports());
        if (taken) {
            call();
        }
        return taken;
    }

    @Override
    public String toString() {
        return "StreamConnection[#" + id() + " " + Printable.of(remoteAddress()) + "]";
    }
}
