package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.StreamConnection;
import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.internal.util.Check;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.Printable;
import dev.socketserver.net.ProxyHeader;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A connection as its handler sees it; see {@link StreamConnection}. */
final class Connection extends StreamRequest implements StreamConnection {
    private static final Log LOG = Log.of(Connection.class);

    private @Nullable SocketAddress proxyAddress; // set before the connection is handed on
    private @Nullable ProxyHeader proxyHeader; // set before the connection is handed on
    private volatile @Nullable SocketAddress localAddress; // set at the latest when the connection is closed

    /** Takes over a transport that was just accepted. */
    Connection(Transport transport, StreamContext context) throws IOException {
        super(transport, context);
        if (context.config().address() instanceof UnixDomainSocketAddress path) {
            localAddress = path; // the socket was bound under another name of the file
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
    public Optional<SocketAddress> proxyAddress() {
        return Optional.ofNullable(proxyAddress);
    }

    @Override
    public Optional<ProxyHeader> proxyHeader() {
        return Optional.ofNullable(proxyHeader);
    }

    @Override
    public Optional<SSLSession> tlsSession() {
        return engine().map(SSLEngine::getSession);
    }

    @Override
    public Optional<String> applicationProtocol() {
        return engine().map(SSLEngine::getApplicationProtocol).filter(name -> !name.isEmpty());
    }

    private Optional<SSLEngine> engine() {
        return tls == null ? Optional.empty() : Optional.ofNullable(tls.engine());
    }

    @Override
    public SocketAddress localAddress() {
        keepLocalAddress();
        SocketAddress known = localAddress;
        if (known == null) {
            throw new IllegalStateException(this + " was closed before it had a local address");
        }
        return known;
    }

    @Override
    void keepLocalAddress() {
        try {
            if (localAddress == null) {
                localAddress = transport.localAddress();
            }
        } catch (IOException e) {
            // It was closed meanwhile, by whoever has kept the address.
            LOG.debug("{} no longer has a local address: {}", this, e);
        }
    }

    @Override
    public <T> void option(SocketOption<T> name, T value) throws IOException {
        transport.option(name, value);
    }

    @Override
    public void readTimeout(Duration timeout) {
        readTimeout = Check.notNegative("readTimeout", timeout);
        channel.readTimeout(readTimeout);
        channel.allowMoreTime();
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
        requireOwnTurn();
        finishHandshake();
        out.send();
        calls().outbound().end();
        sendQueued();
        out.discard(); // so that a later write is refused as the handler's mistake
        try {
            if (tls != null) {
                tls.closeOutput();
            }
            transport.shutdownOutput();
        } catch (IOException e) {
            throw fault(e);
        }
    }

    @Override
    public void close() {
        if (hasTurn()) {
            endsBy(EndReason.HANDLER);
            if (relay() == null) {
                endTls(LAST_WORD);
            }
            closedByHandler();
        }
        abort();
        call();
    }

    @Override
    public void execute(Runnable task) {
        calls().execute(task, this);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return calls().schedule(task, delay, context.alarms(), this);
    }

    @Override
    public boolean send(ByteBuf message) {
        Calls known = calls();
        boolean taken = known.send(
                message.retainedDuplicate(),
                this,
                context.config(),
                context.runner().reports());
        if (taken && !known.outbound().isBlocked()) {
            call();
        }
        return taken;
    }

    /** The header is here; what came behind it stays. */
    void proxied(ProxyHeader header) {
        proxyHeader = header;
        if (header.source() != null) {
            proxyAddress = remoteAddress();
            remoteAddress(header.source());
            localAddress = header.destination();
        }
        headerIsHere();
    }

    @Override
    public String toString() {
        return "StreamConnection[#" + id() + " " + Printable.of(remoteAddress()) + "]";
    }
}
