package dev.socketserver.testing;

import dev.socketserver.EndReason;
import dev.socketserver.OutboundPolicy;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.internal.buffer.ChannelInput;
import dev.socketserver.internal.buffer.ChannelOutput;
import dev.socketserver.internal.buffer.SpareBuffers;
import dev.socketserver.internal.buffer.StreamOwner;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.stream.Called;
import dev.socketserver.internal.stream.Calls;
import dev.socketserver.internal.stream.Faults;
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
    final MemoryChannel channel;
    final Map<SocketOption<?>, Object> options = new HashMap<>();
    SocketAddress localAddress;

    @Nullable
    SocketAddress proxyAddress;

    @Nullable
    SSLSession tlsSession;

    @Nullable
    String applicationProtocol;

    private final ServerConfig config;
    private final CallerRun run;
    private final Alarms alarms;
    private final SilenceAlarm silence;
    private final boolean waitsForFirstByte;
    private final ChannelInput in;
    private final ChannelOutput out;
    private final Inbox inbox;
    private final Calls calls = new Calls();
    Duration idleTimeout;
    private volatile boolean scheduled; // a call has queued it, though its peer sent nothing

    // Of the turn.
    private boolean turnBegins = true; // nothing was received in this turn yet
    private boolean handled; // the handler has been called

    MemoryRequest(ServerConfig config, CallerRun run, ByteBufAllocator allocator, SocketAddress remoteAddress) {
        super(remoteAddress);
        this.config = config;
        this.run = run;
        alarms = run.alarms();
        silence = new SilenceAlarm(alarms, config.idleAfter(), this::call);
        channel = new MemoryChannel(this::flush, alarms);
        localAddress = config.address();
        waitsForFirstByte = config.awaitFirstByte().orElse(config.framing() != null);
        in = new ChannelInput(channel, SpareBuffers.checkingViews(allocator), config.readBufferSize(), this);
        out = new ChannelOutput(channel, SpareBuffers.none(allocator), config.writeBufferSize(), this);
        inbox = new Inbox(in, channel, this, config);
        channel.readTimeout = config.readTimeout();
        channel.writeTimeout = config.writeTimeout();
        idleTimeout = config.idleTimeout();
    }

    // ---- what its peer and the server do

    void comesFrom(SocketAddress address) {
        remoteAddress(address);
    }

    /** The server begins to drain: it ends the connection if that is idle. */
    void drained() {
        if (run.drain().endsIdle(this)) {
            dismiss();
        }
    }

    /** The time of its wait is up. */
    void timeIsUp() {
        if (isParked()) {
            expire();
        }
    }

    /** Returns whether it waits for its peer without a thread. */
    boolean isIdle() {
        return isParked();
    }

    /** Returns how many more nanoseconds its present wait may last, or {@link MemoryChannel#NO_LIMIT}. */
    long patience() {
        if (!channel.isOpen()) {
            return MemoryChannel.NO_LIMIT;
        }
        boolean inside = channel.isReading() || inbox.hasPart();
        Duration limit = inside ? channel.readTimeout : idleTimeout;
        long since = channel.isReading() ? channel.readSince() : silence.since();
        return limit.isZero() ? MemoryChannel.NO_LIMIT : Math.max(0, Alarms.in(limit, since) - alarms.now());
    }

    /** Returns whether other threads, or what was scheduled, want something of it. */
    boolean isCalled() {
        return !channel.isReading() && (scheduled || silence.isDue() || calls.hasTasks());
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
    public void idleTimeout(Duration timeout) {
        idleTimeout = Check.notNegative("idleTimeout", timeout);
    }

    @Override
    public void shutdownOutput() throws IOException {
        requireTurn();
        out.send();
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
    public Timer schedule(Duration delay, Runnable task) {
        Check.notNegative("delay", delay);
        Objects.requireNonNull(task, "task");
        if (!isOpen()) {
            throw new RejectedExecutionException(this + " is closed");
        }
        return calls.schedule(task, delay, alarms, this);
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
                endsBy(EndReason.OUTBOUND_LIMIT);
                close();
            }
            return false;
        }
        call();
        return true;
    }

    @Override
    protected void runCalls() throws IOException {
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
        goesOn();
        runCalls();
        inbox.nextMessage();
        if (inbox.hasMessage()) {
            return true;
        }
        silence.restart();
        while (channel.isOpen()) {
            runCalls();
            out.send();
            hear();
            if (inbox.hasMessage() || (inbox.hasEnded() && inbox.hasPart())) {
                return true;
            } else if (inbox.hasEnded() || isDismissed()) {
                endsBy(inbox.whyIdleEnds(isDismissed(), false));
                return false;
            } else if (run.drain().endsIdle(this)) {
                dismissHere();
            } else if (takesIdleEvent()) {
                run.idle(this);
            } else if (await() != MemoryChannel.Wait.ENDED) {
                endsBy(EndReason.IDLE_TIMEOUT);
                return false;
            }
        }
        return false;
    }

    // ---- turns

    @Override
    protected Look look() {
        Look seen = lookForInput();
        if (seen == Look.END) {
            endsBy(inbox.whyIdleEnds(isDismissed(), false));
        }
        return seen;
    }

    @Override
    public void endsBy(EndReason reason) {
        super.endsBy(reason == EndReason.HANDLER && in.hasEnded() ? EndReason.PEER : reason);
    }

    private Look lookForInput() {
        if (!channel.isOpen()) {
            return Look.END;
        }
        boolean begins = turnBegins;
        boolean expired = begins && takeExpired();
        turnBegins = false;
        if (!handled && !waitsForFirstByte) {
            return Look.MESSAGE;
        }
        if (begins && !inbox.hasNews()) {
            hear();
        }
        boolean news = inbox.hasNews();
        if (!news && !inbox.hasEnded() && (isDismissed() || run.drain().endsIdle(this))) {
            dismissHere();
            return Look.END;
        } else if (news || (inbox.hasEnded() && inbox.isEndNews())) {
            return Look.MESSAGE;
        }
        return expired || inbox.hasEnded() ? Look.END : Look.NOTHING;
    }

    /** Takes in what has come. */
    private void hear() {
        if (inbox.receive() > 0) {
            noLongerFresh();
            silence.restart();
        }
    }

    private MemoryChannel.Wait await() {
        silence.start();
        return channel.await();
    }

    @Override
    protected boolean takesIdleEvent() {
        return silence.take() && patience() != 0;
    }

    @Override
    protected boolean isToBeSetUp() {
        return handler() == null
                && config.framing() != null
                && config.awaitFirstByte().isEmpty();
    }

    @Override
    public void handling() {
        silence.stop();
        handled = true;
        noLongerFresh();
        inbox.handling();
    }

    @Override
    protected void handled() throws IOException {
        inbox.handled();
        silence.restart();
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
        if (handler() != null && !inbox.hasPart()) {
            silence.start();
        }
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
    protected @Nullable EndReason reason(IOException failure) {
        return Faults.reason(failure, isOpen());
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void abort() {
        endsBy(EndReason.SERVER);
        channel.close();
    }

    @Override
    protected void release() {
        abort();
        calls.drop();
        silence.stop();
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
