package dev.socketserver.internal.stream;

import dev.socketserver.ServerConfig;
import dev.socketserver.internal.buffer.Inside;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection's transport with reads and writes that wait for the peer, each with a timeout. A read that times out
 * ends the input only, so that the handler can still send a final message. A write that times out, because the peer has
 * accepted no byte for that long, closes the connection. Before a read waits, it flushes the output, so that it never
 * waits for an answer to bytes that were not sent.
 *
 * <p>Confined to the thread that has the connection's turn, except for {@link #wake}.
 */
final class WaitingChannel implements ReadableByteChannel, GatheringByteChannel, Receiver {
    /** The connection, as seen by its channel. */
    interface Owner {
        /** Called before the thread waits for the first time in a turn. */
        void beforeWait();

        /** Sends what was written. */
        void flush() throws IOException;

        /** Returns whether the thread is counted among those that may wait for a slow peer. */
        boolean isCounted();

        /** Called when bytes have come from the peer. */
        void received(int bytes);

        /** Called when the system has taken bytes for the peer. */
        void sent(long bytes);
    }

    /** A write that may have to be tried again. */
    private interface Attempt {
        /** Returns how many bytes the peer has taken. */
        long write() throws IOException;
    }

    private final Transport transport;
    private final Waits waits;
    private final SlowPeers slowPeers;
    private final Owner owner;
    private volatile @Nullable Wait place; // written by the thread that has the turn
    private final long messageTimeout; // in nanoseconds; 0 for none
    private long readTimeout; // in nanoseconds; 0 for none
    private final int minReadRate; // in bytes per second; 0 for none
    private final int minWriteRate; // in bytes per second; 0 for none
    private long writeTimeout; // in nanoseconds; 0 for none
    private @Nullable PeerPace pace; // since a write had to wait in this turn
    private @Nullable PeerPace restPace; // since the rest of what has begun had to be waited for
    private boolean lastWord; // what is written is the last that the peer gets
    private long mostPatience; // with it, in nanoseconds; 0 for no limit
    private boolean receiving; // reads return available input without waiting
    private boolean sending; // writes send what the peer accepts without waiting
    private boolean inputExpired;
    private boolean readsOn; // the next read continues a wait that has returned too little
    private Inside inside = Inside.NOTHING; // what reads are for the rest of
    private boolean restOverdue; // the rest of the message that has begun was waited for without a thread, in vain
    private long messageDeadline; // of the message that has begun and not ended; a Deadline
    private long readDeadline; // of the last wait for a read; a Deadline

    /**
     * Creates a channel without time limits for reads and writes.
     *
     * @param slowPeers says which waits have to end when every thread is needed
     * @param config says how long a message may take, and how fast a peer must be that reads and writes wait for
     */
    WaitingChannel(Transport transport, Waits waits, SlowPeers slowPeers, Owner owner, ServerConfig config) {
        this.slowPeers = slowPeers;
        messageTimeout = config.messageTimeout().toNanos();
        minReadRate = config.minReadRate();
        minWriteRate = config.minWriteRate();
        this.transport = transport;
        this.waits = waits;
        this.owner = owner;
    }

    /** Flushes the output, as a read does before it waits. */
    void flush() throws IOException {
        owner.flush();
    }

    void readTimeout(Duration timeout) {
        readTimeout = limited(timeout);
    }

    void writeTimeout(Duration timeout) {
        writeTimeout = limited(timeout);
    }

    private long limited(Duration timeout) {
        long wanted = timeout.toNanos();
        boolean isLonger = wanted == 0 || wanted > mostPatience;
        return isLonger && mostPatience > 0 ? mostPatience : wanted;
    }

    /** Sets how long reads and writes may wait from here on, at most, for a peer that is told a last word. */
    void lastWord(Duration patience) {
        mostPatience = patience.toNanos();
        readTimeout(patience);
        writeTimeout(patience);
        pace = null;
        lastWord = true;
    }

    /** Sets what has begun and has not ended, so that further reads are for its rest. */
    void inside(Inside what) {
        inside = what;
        if (what != Inside.MESSAGE) {
            messageDeadline = Deadline.NONE;
            restOverdue = false;
        }
        if (what == Inside.NOTHING) {
            restPace = null;
        }
    }

    /** The rest of the message that has begun has not come within the time for a read: one that waits for it fails. */
    void restIsOverdue() {
        restOverdue = true;
    }

    /** Reads may take their time again: the handler has set a timeout. */
    void allowMoreTime() {
        restOverdue = false;
    }

    /** Returns the deadline of the message that has begun, and starts its timeout if it is not running yet. */
    long messageDeadline() {
        if (messageDeadline == Deadline.NONE) {
            messageDeadline = Deadline.after(messageTimeout);
        }
        return messageDeadline;
    }

    @Override
    public void receiving(boolean now) {
        receiving = now;
    }

    /** Sets whether writes return 0 instead of waiting when the peer accepts nothing. */
    void sending(boolean now) {
        sending = now;
    }

    boolean isReceiving() {
        return receiving;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        readsOn = false;
        return readOn(target);
    }

    /** Continues a read that has returned too little, within its remaining time. */
    int readOn(ByteBuffer target) throws IOException {
        if (!receiving) {
            owner.flush();
        }
        int count = receive(target);
        if (count != 0 || receiving) {
            return count;
        }
        if (!readsOn) {
            readDeadline = restOverdue ? Deadline.at(System.nanoTime()) : Deadline.after(readTimeout);
            readsOn = true;
        }
        return inside == Inside.NOTHING ? awaitInput(target, readDeadline) : awaitRest(target);
    }

    private int awaitInput(ByteBuffer target, long deadline) throws IOException {
        int count = 0;
        while (count == 0) {
            count = awaitAndReceive(target, deadline);
            if (count == 0 && (inputExpired || Deadline.isPast(deadline))) {
                inputExpired = true;
                throw timedOut(deadline);
            }
        }
        return count;
    }

    /** Waits for the rest of what has begun; not longer than is fair, or allowed, if its sender is slow. */
    private int awaitRest(ByteBuffer target) throws IOException {
        long deadline = inside == Inside.MESSAGE ? Deadline.earlier(readDeadline, messageDeadline()) : readDeadline;
        PeerPace known = restPace == null ? new PeerPace(PeerPace.Way.SENDING, minReadRate) : restPace;
        restPace = known;
        int count = 0;
        try {
            while (count == 0) {
                count = awaitAndReceive(target, Deadline.earlier(deadline, paceDeadline(known)), known);
                if (count == 0 && (inputExpired || Deadline.isPast(deadline))) {
                    inputExpired = true;
                    throw timedOut(deadline);
                }
            }
        } finally {
            slowPeers.end(known);
        }
        return count;
    }

    /**
     * Returns until when a read may wait for a peer of that pace before it is looked at again.
     *
     * @throws SocketTimeoutException if the peer is behind the minimum rate, or gives way to others
     */
    private long paceDeadline(PeerPace known) throws SocketTimeoutException {
        try {
            long most = slowPeers.limit(known, owner, readTimeout, senderMayGiveWay());
            return most == Long.MAX_VALUE ? Deadline.NONE : Deadline.at(System.nanoTime() + most);
        } catch (SocketTimeoutException e) {
            inputExpired = true;
            throw e;
        }
    }

    /** Returns whether a peer that is slow to send the rest of what has begun may have to give way. */
    private boolean senderMayGiveWay() {
        boolean isLimited = inside == Inside.MESSAGE ? messageTimeout > 0 : minReadRate > 0;
        return isLimited && !owner.isCounted();
    }

    private int awaitAndReceive(ByteBuffer target, long deadline, PeerPace known) throws IOException {
        long begin = System.nanoTime();
        try {
            return awaitAndReceive(target, deadline);
        } finally {
            known.waited(System.nanoTime() - begin);
        }
    }

    private int awaitAndReceive(ByteBuffer target, long deadline) throws IOException {
        if (!inputExpired) {
            await(SelectionKey.OP_READ, deadline);
        }
        return receive(target); // even if the deadline has passed: this thread may have been delayed
    }

    private int receive(ByteBuffer target) throws IOException {
        int count = transport.read(target);
        if (count > 0) {
            owner.received(count);
            moved(restPace, count);
        }
        return count;
    }

    private int send(ByteBuffer source) throws IOException {
        int count = transport.write(source);
        owner.sent(count);
        return count;
    }

    private long send(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = transport.write(sources, offset, length);
        owner.sent(count);
        return count;
    }

    private SocketTimeoutException timedOut(long deadline) {
        return new SocketTimeoutException(
                inside == Inside.MESSAGE && deadline == messageDeadline
                        ? "a message was not complete within " + Duration.ofNanos(messageTimeout)
                        : "no data received for " + Duration.ofNanos(readTimeout));
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int count = send(source);
        if (count == 0 && !sending && source.hasRemaining()) {
            count = (int) awaitTaken(() -> send(source));
        }
        moved(pace, count);
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = send(sources, offset, length);
        if (count == 0 && !sending) {
            count = awaitTaken(() -> send(sources, offset, length));
        }
        moved(pace, count);
        return count;
    }

    /**
     * Tries a write until the peer has taken something. The kernel reports a socket as writable only when a third of
     * its buffer is free, so the write is tried after each wait.
     */
    private long awaitTaken(Attempt attempt) throws IOException {
        long deadline = Deadline.after(writeTimeout);
        long count = 0;
        try {
            while (count == 0) {
                awaitWritable(deadline);
                count = attempt.write();
            }
        } finally {
            endSlowWait();
        }
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    private static void moved(@Nullable PeerPace known, long count) {
        if (known != null) {
            known.moved(count);
        }
    }

    /**
     * Returns the deadline of a write that begins to wait now, on the {@code nanoTime} clock, or {@link Deadline#NONE}.
     */
    long writeDeadline() {
        return Deadline.after(writeTimeout);
    }

    /**
     * Waits until the peer may accept more. The thread may wait again, until {@link #endSlowWait}.
     *
     * @throws SocketTimeoutException if the peer, which has just accepted nothing, is too slow: the deadline has
     *     passed, it is behind the minimum rate, or it gives way to others; the connection is closed
     */
    void awaitWritable(long deadline) throws IOException {
        PeerPace known = pace;
        if (known == null) {
            known = new PeerPace(PeerPace.Way.ACCEPTING, minWriteRate);
            pace = known;
        }
        if (Deadline.isPast(deadline)) {
            throw closeOverdue();
        }
        long most;
        try {
            most = slowPeers.limit(known, owner, writeTimeout, readerMayGiveWay());
        } catch (SocketTimeoutException e) {
            throw close(e);
        }
        long begin = System.nanoTime();
        try {
            await(
                    SelectionKey.OP_WRITE,
                    most == Long.MAX_VALUE ? deadline : Deadline.earlier(deadline, Deadline.at(begin + most)));
        } finally {
            known.waited(System.nanoTime() - begin);
        }
    }

    /** Returns whether a peer that is slow to accept what is written may have to give way. */
    private boolean readerMayGiveWay() {
        return minWriteRate > 0 && !lastWord && !owner.isCounted();
    }

    /** The thread waits no more for a peer that is slow to accept what is written. */
    void endSlowWait() {
        PeerPace known = pace;
        if (known != null) {
            slowPeers.end(known);
        }
    }

    /** Closes the connection, whose peer has accepted nothing before the deadline; returns the failure. */
    SocketTimeoutException closeOverdue() throws IOException {
        return close(new SocketTimeoutException("the peer accepted no data for " + Duration.ofNanos(writeTimeout)));
    }

    /**
     * Closes the connection by a reset, so that the kernel does not go on offering what the peer does not accept,
     * unless it was only told a last word: it may yet accept what was sent before.
     */
    private SocketTimeoutException close(SocketTimeoutException why) throws IOException {
        if (!lastWord) {
            transport.resetOnClose();
        }
        transport.close();
        return why;
    }

    /**
     * Waits until the peer may be ready, the request was called, or the deadline is reached.
     *
     * @return false if the deadline was reached
     * @throws InterruptedIOException if the thread is interrupted; the flag stays set
     */
    private boolean await(int operation, long deadline) throws IOException {
        long left = deadline == Deadline.NONE ? Wait.FOREVER : deadline - System.nanoTime();
        if (left <= 0) {
            return false;
        }
        Wait here = takePlace(); // before checking that the transport is open: a thread that closes it wakes this place
        if (!transport.isOpen()) {
            throw new ClosedChannelException();
        }
        here.await(operation, left);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while waiting for the peer");
        }
        return true;
    }

    /** Takes a place for the thread to wait in this turn, unless it has one: from now on, {@link #wake} reaches it. */
    Wait takePlace() {
        Wait here = place;
        if (here == null) {
            owner.beforeWait();
            here = waits.take(transport);
            place = here;
        }
        return here;
    }

    /** Returns whether a read was overdue. */
    boolean hasExpired() {
        return inputExpired;
    }

    /** Makes every later read that would have to wait fail with a timeout. */
    void expireInput() {
        inputExpired = true;
    }

    /**
     * Returns the deadline of a read that begins to wait now, on the {@code nanoTime} clock, or {@link Deadline#NONE}.
     */
    long newReadDeadline() {
        return Deadline.after(readTimeout);
    }

    /**
     * Waits until input may have arrived, {@link #wake} is called, or the deadline is reached.
     *
     * @param writable whether to wait also until the peer may accept more
     * @return false if the deadline was reached
     */
    boolean awaitInput(boolean writable, long deadline) throws IOException {
        return await(writable ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ, deadline);
    }

    /**
     * Waits until the peer or the other socket may be ready, {@link #wake} is called, or the deadline is reached.
     *
     * @param operations what to wait for on the peer's side
     * @param otherOperations what to wait for on the other one's
     * @return false if the deadline was reached
     */
    boolean awaitEither(int operations, Transport other, int otherOperations, long deadline) throws IOException {
        takePlace().alsoFor(other, otherOperations);
        return await(operations, deadline);
    }

    /** Returns whether the thread has waited in this turn. */
    boolean hasWaited() {
        return place != null;
    }

    /** Ends the current wait, if any. Thread-safe. */
    void wake() {
        Wait here = place;
        if (here != null) {
            here.wake();
        }
    }

    /** Releases the place where the thread has waited in this turn, if any. */
    void endTurn() {
        Wait here = place;
        if (here != null) {
            pace = null;
            place = null;
            here.release();
        }
    }

    @Override
    public boolean isOpen() {
        return transport.isOpen();
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
