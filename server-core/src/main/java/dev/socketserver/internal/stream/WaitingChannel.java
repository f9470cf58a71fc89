package dev.socketserver.internal.stream;

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
    /** No deadline. */
    static final long NONE = 0;

    /** The connection, as seen by its channel. */
    interface Owner {
        /** Called before the thread waits for the first time in a turn. */
        void beforeWait();

        /** Sends what was written. */
        void flush() throws IOException;

        /** Called when bytes have come from the peer. */
        void received(int bytes);

        /** Called when the system has taken bytes for the peer. */
        void sent(long bytes);
    }

    private final Transport transport;
    private final Waits waits;
    private final Owner owner;
    private volatile @Nullable Wait place; // written by the thread that has the turn
    private final long messageTimeout; // in nanoseconds; 0 for none
    private long readTimeout; // in nanoseconds; 0 for none
    private final int minWriteRate; // in bytes per second; 0 for none
    private long writeTimeout; // in nanoseconds; 0 for none
    private @Nullable WritePace pace; // since a write had to wait in this turn
    private boolean receiving; // reads return available input without waiting
    private boolean sending; // writes send what the peer accepts without waiting
    private boolean inputExpired;
    private boolean readsOn; // the next read continues a wait that has returned too little
    private boolean insideMessage; // reads are for the rest of a message
    private boolean restOverdue; // the rest of the message that has begun was waited for without a thread, in vain
    private long messageDeadline; // of the message that has begun and not ended, on the nanoTime clock, or NONE
    private long readDeadline; // of the last wait for a read, on the nanoTime clock, or NONE

    /**
     * Creates a channel without time limits for reads and writes.
     *
     * @param messageTimeout the maximum time from the first wait for the rest of a message to its end; zero for no
     *     limit
     * @param minWriteRate how many bytes per second a peer has to take for which writes wait; 0 for any number
     */
    WaitingChannel(Transport transport, Waits waits, Owner owner, Duration messageTimeout, int minWriteRate) {
        this.messageTimeout = messageTimeout.toNanos();
        this.minWriteRate = minWriteRate;
        this.transport = transport;
        this.waits = waits;
        this.owner = owner;
    }

    /** Flushes the output, as a read does before it waits. */
    void flush() throws IOException {
        owner.flush();
    }

    void readTimeout(Duration timeout) {
        readTimeout = timeout.toNanos();
    }

    void writeTimeout(Duration timeout) {
        writeTimeout = timeout.toNanos();
    }

    /** Sets whether further reads are for the rest of a message that has begun; if not, no message has begun. */
    void insideMessage(boolean now) {
        insideMessage = now;
        if (!now) {
            messageDeadline = NONE;
            restOverdue = false;
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
        if (messageDeadline == NONE) {
            messageDeadline = deadline(messageTimeout);
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
            readDeadline = restOverdue ? at(System.nanoTime()) : deadline(readTimeout);
            readsOn = true;
        }
        long until = insideMessage ? earlier(readDeadline, messageDeadline()) : readDeadline;
        while (count == 0) {
            boolean inTime = !inputExpired && await(SelectionKey.OP_READ, until);
            count = receive(target); // even if the deadline has passed: this thread may have been delayed
            if (count == 0 && !inTime) {
                inputExpired = true;
                throw timedOut(until);
            }
        }
        return count;
    }

    private int receive(ByteBuffer target) throws IOException {
        int count = transport.read(target);
        if (count > 0) {
            owner.received(count);
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
                insideMessage && deadline == messageDeadline
                        ? "a message was not complete within " + Duration.ofNanos(messageTimeout)
                        : "no data received for " + Duration.ofNanos(readTimeout));
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int count = send(source);
        if (count == 0 && !sending && source.hasRemaining()) {
            long deadline = deadline(writeTimeout);
            while (count == 0) {
                boolean inTime = awaitTaking(deadline);
                count = send(source);
                checkProgress(count, inTime, deadline);
            }
        }
        taken(count);
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = send(sources, offset, length);
        if (count == 0 && !sending) {
            long deadline = deadline(writeTimeout);
            while (count == 0) {
                boolean inTime = awaitTaking(deadline);
                count = send(sources, offset, length);
                checkProgress(count, inTime, deadline);
            }
        }
        taken(count);
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    private void taken(long count) {
        WritePace known = pace;
        if (known != null) {
            known.taken(count);
        }
    }

    /** Waits until the peer may take more; returns false at the deadline, or if it takes too little in too long. */
    private boolean awaitTaking(long deadline) throws IOException {
        if (minWriteRate == 0 || writeTimeout == 0) {
            return await(SelectionKey.OP_WRITE, deadline);
        }
        WritePace known = pace == null ? new WritePace(minWriteRate) : pace;
        pace = known;
        long begin = System.nanoTime();
        try {
            return await(SelectionKey.OP_WRITE, earlier(deadline, at(begin + known.left(writeTimeout))));
        } finally {
            known.waited(System.nanoTime() - begin);
        }
    }

    /** Returns the deadline of a write that begins to wait now, on the {@code nanoTime} clock, or {@link #NONE}. */
    long writeDeadline() {
        return deadline(writeTimeout);
    }

    /** Waits until the peer may accept more, or the deadline is reached. */
    void awaitWritable(long deadline) throws IOException {
        await(SelectionKey.OP_WRITE, deadline);
    }

    /**
     * Closes the connection if its peer has accepted nothing before the deadline, or too little so far. The kernel
     * reports a socket as writable only when a third of its buffer is free, so a write is attempted in any case.
     */
    private void checkProgress(long count, boolean inTime, long deadline) throws IOException {
        if (count == 0 && !inTime) {
            SocketTimeoutException overdue = closeOverdue();
            throw isPast(deadline)
                    ? overdue
                    : new SocketTimeoutException("the peer accepts less than " + minWriteRate + " bytes per second");
        }
    }

    /** Closes the connection, whose peer has accepted nothing before the deadline; returns the failure. */
    SocketTimeoutException closeOverdue() throws IOException {
        transport.close();
        return new SocketTimeoutException("the peer accepted no data for " + Duration.ofNanos(writeTimeout));
    }

    /** Returns the deadline after a time from now, on the {@code nanoTime} clock; {@link #NONE} for 0. */
    static long deadline(long timeoutNanos) {
        return timeoutNanos == 0 ? NONE : at(System.nanoTime() + timeoutNanos);
    }

    /** Returns a time on the {@code nanoTime} clock as a deadline, which is not {@link #NONE}. */
    static long at(long time) {
        return time == NONE ? 1 : time;
    }

    /**
     * Waits until the peer may be ready, the request was called, or the deadline is reached.
     *
     * @return false if the deadline was reached
     * @throws InterruptedIOException if the thread is interrupted; the flag stays set
     */
    private boolean await(int operation, long deadline) throws IOException {
        long left = deadline == NONE ? Wait.FOREVER : deadline - System.nanoTime();
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

    /** Returns the deadline of a read that begins to wait now, on the {@code nanoTime} clock, or {@link #NONE}. */
    long newReadDeadline() {
        return deadline(readTimeout);
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

    /** Returns whether the deadline is reached. */
    static boolean isPast(long deadline) {
        return deadline != NONE && System.nanoTime() - deadline >= 0;
    }

    /** Returns the earlier of two deadlines, either of which may be {@link #NONE}. */
    static long earlier(long one, long other) {
        return one == NONE || (other != NONE && other - one < 0) ? other : one;
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
