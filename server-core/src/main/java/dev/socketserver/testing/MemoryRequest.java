package dev.socketserver.testing;

import dev.socketserver.EndReason;
import dev.socketserver.ServerConfig;
import dev.socketserver.internal.buffer.ChannelInput;
import dev.socketserver.internal.buffer.ChannelOutput;
import dev.socketserver.internal.buffer.Inside;
import dev.socketserver.internal.buffer.SpareBuffers;
import dev.socketserver.internal.buffer.StreamOwner;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.stream.Called;
import dev.socketserver.internal.stream.Calls;
import dev.socketserver.internal.stream.Faults;
import dev.socketserver.internal.stream.Inbox;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The turns of an in-memory connection: between two messages it is parked, as with a selector. {@link MemoryConnection}
 * adds the handler's view. Confined to one thread, except for what {@link OpenRequest} allows to other threads.
 */
abstract class MemoryRequest extends OpenRequest implements StreamOwner, Called {
    final MemoryChannel channel;
    final ServerConfig config;
    final CallerRun run;
    final Alarms alarms;
    private final SilenceAlarm silence;
    private final boolean waitsForFirstByte;
    final ChannelInput in;
    final ChannelOutput out;
    private final Inbox inbox;
    final Calls calls = new Calls();
    Duration readTimeout;
    Duration writeTimeout;
    Duration idleTimeout;
    private volatile boolean scheduled; // a call has queued it, though its peer sent nothing

    // Of the turn.
    private boolean turnBegins = true; // nothing was received in this turn yet
    private boolean handled; // the handler has been called
    private boolean unheard; // the handler was called before the first byte, and has not read

    MemoryRequest(ServerConfig config, CallerRun run, ByteBufAllocator allocator, SocketAddress remoteAddress) {
        super(remoteAddress);
        this.config = config;
        this.run = run;
        alarms = run.alarms();
        silence = new SilenceAlarm(alarms, config.idleAfter(), this::call);
        channel = new MemoryChannel(this::flush, alarms);
        waitsForFirstByte = config.awaitFirstByte().orElse(config.framing() != null);
        in = new ChannelInput(channel, SpareBuffers.checkingViews(allocator), config.readBufferSize(), this);
        out = new ChannelOutput(channel, SpareBuffers.none(allocator), config.writeBufferSize(), this);
        inbox = new Inbox(in, channel, this, config);
        readTimeout = config.readTimeout();
        writeTimeout = config.writeTimeout();
        idleTimeout = config.idleTimeout();
        channel.readTimeout(readTimeout);
        channel.writeTimeout(writeTimeout);
    }

    // ---- what its peer and the server do

    /** Called when the server begins to drain: ends the connection if it is idle. */
    void drained() {
        if (run.drain().endsIdle(this)) {
            dismiss();
        }
    }

    /** Called when the timeout of the current wait expires. */
    void timeIsUp() {
        if (isParked()) {
            expire();
        }
    }

    /** Returns whether the connection waits for its peer without a thread. */
    boolean isIdle() {
        return isParked();
    }

    /** Returns how many more nanoseconds the current wait may last, or {@link MemoryChannel#NO_LIMIT}. */
    long patience() {
        if (!channel.isOpen()) {
            return MemoryChannel.NO_LIMIT;
        }
        boolean inside = channel.isReading() || inbox.hasPart();
        Duration limit = inside ? channel.readTimeout() : idleTimeout;
        long since = channel.isReading() ? channel.readSince() : silence.since();
        return limit.isZero() ? MemoryChannel.NO_LIMIT : Math.max(0, Alarms.in(limit, since) - alarms.now());
    }

    /** Returns whether calls of other threads or scheduled tasks are pending. */
    boolean isCalled() {
        return !channel.isReadingOnly() && (scheduled || silence.isDue() || hasTasks());
    }

    /** Returns whether a call has queued the connection, and resets that. */
    boolean takeScheduled() {
        boolean was = scheduled;
        scheduled = false;
        return was;
    }

    // ---- for its input and output

    /** Returns no limit for messages, since the steps of a script take no time. */
    @Override
    public void inside(Inside what) {}

    @Override
    public final Calls calls() {
        return calls;
    }

    @Override
    protected void runCalls() throws IOException {
        sendQueued();
        runTasks();
        sendQueued();
    }

    private void runTasks() {
        if (channel.isOpen()) {
            calls.run();
        }
    }

    final void sendQueued() throws IOException {
        if (calls.outbound().isUnsent() && channel.isOpen()) {
            out.send();
            try {
                calls.outbound().send(channel);
            } catch (IOException e) {
                throw fault(e);
            }
        }
    }

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
    public void beforeFill() throws IOException {
        if (!unheard) {
            return;
        }
        unheard = false;
        long since = alarms.now();
        do {
            do {
                runCalls();
            } while (hasTasks()); // those that tasks have added
            flush();
        } while (in.unread() == 0 && channel.isOpen() && channel.awaitFirst(since));
    }

    @Override
    public boolean awaitMessage(long seen) throws IOException {
        unheard = false;
        goesOn();
        runCalls();
        inbox.awaits(seen);
        if (inbox.hasMessage()) {
            return true;
        }
        silence.restart();
        out.send();
        while (channel.isOpen()) {
            runCalls();
            out.send();
            hear();
            if (inbox.hasMessage() || inbox.hasLastPart()) {
                return true;
            } else if (inbox.hasEnded() || isDismissed()) {
                endsBy(inbox.whyIdleEnds(isDismissed(), false));
                return false;
            } else if (run.drain().endsIdle(this)) {
                dismissHere();
            } else if (takesIdleEvent()) {
                run.idle(this);
            } else if (await() != MemoryChannel.Wait.ENDED) {
                endsBy(inbox.whyIdleEnds(isDismissed(), false));
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
        } else {
            goesOn();
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

    /** Reads the input that has arrived. */
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
        unheard = !handled && in.unread() == 0;
        handled = true;
        noLongerFresh();
        inbox.handling();
    }

    @Override
    protected void handled() throws IOException {
        goesOn();
        inbox.handled();
        silence.restart();
    }

    @Override
    protected boolean hasTasks() {
        return channel.isOpen() && calls.hasTasks();
    }

    @Override
    public void refuseTasks() {
        calls.refuse();
    }

    @Override
    public void endCalls() throws IOException {
        refuseTasks();
        if (handler() != null) {
            runTasks();
        }
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

    @Override
    protected void refuseCalls() throws IOException {
        calls.outbound().end();
        endCalls();
    }

    // ---- its end

    @Override
    protected void limitWaits() {
        channel.lastWord(LAST_WORD);
    }

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
}
