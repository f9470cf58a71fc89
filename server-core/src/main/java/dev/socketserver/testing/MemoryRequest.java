package dev.socketserver.testing;

import dev.socketserver.OutboundPolicy;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.internal.buffer.ChannelInput;
import dev.socketserver.internal.buffer.ChannelOutput;
import dev.socketserver.internal.buffer.SpareBuffers;
import dev.socketserver.internal.buffer.StreamOwner;
import dev.socketserver.internal.run.DrainSignal;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.stream.Called;
import dev.socketserver.internal.stream.Calls;
import dev.socketserver.internal.stream.Inbox;
import dev.socketserver.internal.stream.Outbound;
import dev.socketserver.internal.util.Check;
import dev.socketserver.internal.util.Printable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection in memory as the engine and its handler have it: between two messages it is parked, as with a selector.
 * Confined to one thread, but for what {@link StreamConnection} and {@link OpenRequest} allow others.
 */
final class MemoryRequest extends OpenRequest implements StreamConnection, StreamOwner, Called {
    final MemoryChannel channel = new MemoryChannel(this::flush);
    final Map<SocketOption<?>, Object> options = new HashMap<>();
    SocketAddress localAddress;

    @Nullable
    SocketAddress proxyAddress;

    @Nullable
    SSLSession tlsSession;

    @Nullable
    String applicationProtocol;

    private final ServerConfig config;
    private final DrainSignal drain;
    private final boolean waitsForFirstByte;
    private final ChannelInput in;
    private final ChannelOutput out;
    private final Inbox inbox;
    private final Calls calls = new Calls();
    private volatile boolean scheduled; // a call has queued it, though its peer sent nothing

    // Of the turn.
    private boolean turnBegins = true; // nothing was received in this turn yet
    private boolean handled; // the handler has been called

    MemoryRequest(ServerConfig config, DrainSignal drain, ByteBufAllocator allocator, SocketAddress remoteAddress) {
        super(remoteAddress);
        this.config = config;
        this.drain = drain;
        localAddress = config.address();
        waitsForFirstByte = config.awaitFirstByte().orElse(false);
        in = new ChannelInput(channel, SpareBuffers.checkingViews(allocator), config.readBufferSize(), this);
        out = new ChannelOutput(channel, SpareBuffers.none(allocator), config.writeBufferSize(), this);
        inbox = new Inbox(in, channel);
        channel.readTimeout = config.readTimeout();
        channel.writeTimeout = config.writeTimeout();
    }

    // ---- what its peer and the server do

    void comesFrom(SocketAddress address) {
        remoteAddress(address);
    }

    /** The server begins to drain: it ends the connection if that is idle. */
    void drained() {
        if (drain.endsIdle(this)) {
            dismiss();
        }
    }

    /** Its idle time is up. */
    void silent() {
        expire();
    }

    /** Returns whether it waits for its peer without a thread. */
    boolean isIdle() {
        return isParked();
    }

    /** Returns whether it was queued by a call, and forgets it. */
    boolean takeScheduled() {
        boolean was = scheduled;
        scheduled = false;
        return was;
    }

    // ---- for its handler

    /** Messages have all the time they need here: a script's steps take none. */
    @Override
    public void insideMessage(boolean now) {}

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
    public Optional<SSLSession> tlsSession() {
        return Optional.ofNullable(tlsSession);
    }

    @Override
    public Optional<String> applicationProtocol() {
        return Optional.ofNullable(applicationProtocol);
    }

    @Override
    public <T> void option(SocketOption<T> name, T value) throws IOException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        options.put(name, value);
    }

    @Override
    public void readTimeout(Duration timeout) {
        channel.readTimeout = Check.notNegative("readTimeout", timeout);
    }

    @Override
    public void writeTimeout(Duration timeout) {
        channel.writeTimeout = Check.notNegative("writeTimeout", timeout);
    }

    @Override
    public void shutdownOutput() throws IOException {
        requireTurn();
        out.send();
        try {
            channel.endOutput();
        } catch (IOException e) {
            throw fault(e);
        }
    }

    @Override
    public void close() {
        abort();
        call();
    }

    @Override
    public Calls calls() {
        return calls;
    }

    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        if (!isOpen()) {
            throw new RejectedExecutionException(this + " is closed");
        }
        calls.add(task);
        call();
    }

    @Override
    public boolean send(ByteBuf message) {
        return sendOwned(message.retainedDuplicate());
    }

    @Override
    public boolean send(byte[] message) {
        return sendOwned(Unpooled.copiedBuffer(message));
    }

    @Override
    public boolean send(CharSequence message, Charset charset) {
        return sendOwned(Unpooled.wrappedBuffer(message.toString().getBytes(charset)));
    }

    private boolean sendOwned(ByteBuf message) {
        int dropped = isOpen()
                ? calls.outbound()
                        .add(message, config.outboundLimit(), config.outboundPolicy() == OutboundPolicy.DROP_OLDEST)
                : Outbound.CLOSED;
        if (dropped < 0) {
            message.release();
            if (dropped == Outbound.FULL && config.outboundPolicy() == OutboundPolicy.CLOSE) {
                close();
            }
            return false;
        }
        call();
        return true;
    }

    /** Does what was asked for from outside of {@code handle()}. */
    private void answerCalls() throws IOException {
        sendQueued();
        calls.run();
        sendQueued();
    }

    private void sendQueued() throws IOException {
        if (calls.outbound().isUnsent() && channel.isOpen()) {
            out.send();
            calls.outbound().send(channel);
        }
    }

    // ---- for its input and output

    @Override
    public void beforeUse() {
        requireTurn();
        inbox.looks();
    }

    @Override
    public void beforeRead() {
        beforeUse();
    }

    @Override
    public void beforeWrite() {
        requireTurn();
    }

    @Override
    public boolean awaitMessage() throws IOException {
        answerCalls();
        if (inbox.hasPart()) {
            return true;
        }
        while (channel.isOpen()) {
            answerCalls();
            out.send();
            inbox.receive();
            if (inbox.hasPart()) {
                return true;
            } else if (inbox.hasEnded() || isDismissed()) {
                return false;
            } else if (drain.endsIdle(this)) {
                dismissHere();
            } else if (channel.await() != MemoryChannel.Wait.ENDED) {
                return false;
            }
        }
        return false;
    }

    // ---- turns

    @Override
    protected Look look() {
        if (!channel.isOpen()) {
            return Look.END;
        }
        boolean begins = turnBegins;
        boolean expired = begins && takeExpired();
        turnBegins = false;
        if (!handled && !waitsForFirstByte) {
            return Look.MESSAGE;
        }
        if (begins && !inbox.hasNews() && inbox.receive() > 0) {
            noLongerFresh();
        }
        boolean news = inbox.hasNews();
        if (!news && !inbox.hasEnded() && (isDismissed() || drain.endsIdle(this))) {
            dismissHere();
            return Look.END;
        } else if (news || (inbox.hasEnded() && inbox.isEndNews())) {
            return Look.MESSAGE;
        }
        return expired || inbox.hasEnded() ? Look.END : Look.NOTHING;
    }

    @Override
    public void handling() {
        handled = true;
        noLongerFresh();
        inbox.handling();
    }

    @Override
    protected void handled() {
        inbox.handled();
    }

    @Override
    protected boolean hasCalls() {
        return calls.hasTasks() || calls.outbound().isUnsent();
    }

    @Override
    protected boolean hasTasks() {
        return calls.hasTasks();
    }

    @Override
    protected void runCalls() throws IOException {
        answerCalls();
    }

    @Override
    public void endCalls() throws IOException {
        calls.end();
        sendQueued();
    }

    @Override
    protected boolean isParkable() {
        return true;
    }

    @Override
    protected boolean park() {
        in.trim();
        out.trim();
        turnBegins = true;
        if (tryPark() == Parking.CALLED) {
            return false;
        }
        drained();
        if (!channel.isOpen()) {
            call();
        }
        return true;
    }

    @Override
    protected void awaitNext() {
        throw new IllegalStateException(this + " is parked between two messages");
    }

    @Override
    protected void wake() {}

    @Override
    protected void schedule() {
        scheduled = true;
    }

    // ---- its end

    @Override
    public void flush() throws IOException {
        if (channel.isOpen()) {
            out.send();
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void abort() {
        channel.close();
    }

    @Override
    protected void release() {
        abort();
        calls.drop();
        try {
            in.discard();
        } finally {
            out.discard();
        }
    }

    @Override
    public String toString() {
        return "StreamConnection[#" + id() + " " + Printable.of(remoteAddress()) + "]";
    }
}
