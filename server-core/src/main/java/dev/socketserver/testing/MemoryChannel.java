package dev.socketserver.testing;

import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.stream.Receiver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The socket of an in-memory connection, and the script of its peer's actions. A step of the script runs only when the
 * connection waits for its peer, so each piece of input arrives separately, and after all output that precedes it.
 * Where a socket would wait for a timeout, this one times out at once.
 *
 * <p>Confined to one thread, except for {@link #close} and {@link #isOpen}.
 */
final class MemoryChannel implements ReadableByteChannel, GatheringByteChannel, Receiver {
    /** The result of a wait for the peer. */
    enum Wait {
        /** Input may have arrived. */
        ENDED,
        /** The peer was silent until the timeout expired. */
        TIMED_OUT,
        /** The script has ended. */
        NOTHING_LEFT
    }

    /** A step of the peer. */
    interface Step {
        Wait happen();
    }

    /** Sends what was written, as before each wait. */
    interface Flush {
        void run() throws IOException;
    }

    /** No time limit. */
    static final long NO_LIMIT = -1;

    private final Flush flush;
    private final Alarms clock;
    private final Deque<Step> script = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private ByteBuffer arrived = ByteBuffer.allocate(0);
    private Duration readTimeout = Duration.ZERO;
    private Duration writeTimeout = Duration.ZERO;
    private Duration mostPatience = Duration.ZERO; // for a last word; zero for no limit
    private boolean inputEnded;
    private boolean inputExpired; // a read has timed out, and none waits any more
    private boolean reset;
    private boolean outputEnded;
    private long room = Long.MAX_VALUE; // how many bytes the peer is still going to take
    private boolean receiving;
    private boolean reading; // a read waits for the peer
    private boolean interruptible; // it waits for the first byte, and calls are answered meanwhile
    private long readSince; // when that wait began
    private volatile boolean open = true;

    /**
     * Creates the channel.
     *
     * @param clock returns the time of the script
     */
    MemoryChannel(Flush flush, Alarms clock) {
        this.flush = flush;
        this.clock = clock;
    }

    // ---- the peer's side

    void add(Step step) {
        script.add(step);
    }

    /** Inserts a step, or the rest of one, before all others. */
    void addFirst(Step step) {
        script.addFirst(step);
    }

    /** Runs the peer's next step. */
    Wait await() {
        Step next = script.poll();
        return next == null ? Wait.NOTHING_LEFT : next.happen();
    }

    Wait arrive(byte[] bytes) {
        arrived = ByteBuffer.wrap(bytes);
        return Wait.ENDED;
    }

    Wait endInput() {
        inputEnded = true;
        return Wait.ENDED;
    }

    Wait reset() {
        reset = true;
        return Wait.ENDED;
    }

    void takeAtMost(long bytes) {
        room = bytes;
    }

    /** Returns whether a read would not have to wait. */
    boolean isReady() {
        return arrived.hasRemaining() || inputEnded || reset;
    }

    byte[] sent() {
        return sent.toByteArray();
    }

    boolean isOutputEnded() {
        return outputEnded;
    }

    // ---- the server's side

    @Override
    public void receiving(boolean now) {
        receiving = now;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!receiving) {
            flush.run();
        }
        int count = take(target);
        if (count != 0 || receiving) {
            return count;
        }
        reading = true;
        readSince = clock.now();
        try {
            while (count == 0) {
                boolean inTime = !inputExpired && await() == Wait.ENDED;
                count = take(target);
                if (count == 0 && !inTime) {
                    inputExpired = true;
                    throw timedOut("readTimeout", readTimeout, "no data received for ");
                }
            }
            return count;
        } finally {
            reading = false;
        }
    }

    /**
     * Waits for the peer's next step as a read does that began then, but calls may interrupt it. What is left of the
     * wait is the next read's.
     *
     * @return whether to wait on: there is no input yet, and the time is not up
     */
    boolean awaitFirst(long since) {
        if (isReady() || inputExpired) {
            return false;
        }
        reading = true;
        interruptible = true;
        readSince = since;
        try {
            Wait wait = await();
            inputExpired = wait == Wait.TIMED_OUT;
            return wait == Wait.ENDED && !isReady();
        } finally {
            reading = false;
            interruptible = false;
        }
    }

    /** Returns whether a read waits for the peer. */
    boolean isReading() {
        return reading;
    }

    /** Returns whether a read waits that calls do not interrupt. */
    boolean isReadingOnly() {
        return reading && !interruptible;
    }

    /** Returns when the wait began. */
    long readSince() {
        return readSince;
    }

    /** Returns how long a read may wait; zero for no limit. */
    Duration readTimeout() {
        return readTimeout;
    }

    void readTimeout(Duration timeout) {
        readTimeout = limited(timeout);
    }

    void writeTimeout(Duration timeout) {
        writeTimeout = limited(timeout);
    }

    private Duration limited(Duration timeout) {
        boolean isLonger = timeout.isZero() || timeout.compareTo(mostPatience) > 0;
        return isLonger && !mostPatience.isZero() ? mostPatience : timeout;
    }

    /** Sets how long reads and writes may wait from here on, at most, for a peer that is told a last word. */
    void lastWord(Duration patience) {
        mostPatience = patience;
        readTimeout(patience);
        writeTimeout(patience);
    }

    private int take(ByteBuffer target) throws IOException {
        checkOpen();
        if (reset) {
            throw new IOException("Connection reset");
        } else if (!arrived.hasRemaining()) {
            return inputEnded ? -1 : 0;
        }
        return move(target, arrived.remaining());
    }

    private int move(ByteBuffer target, int most) {
        int count = Math.min(most, target.remaining());
        target.put(arrived.slice().limit(count));
        arrived.position(arrived.position() + count);
        return count;
    }

    private void checkOpen() throws ClosedChannelException {
        if (!open) {
            throw new ClosedChannelException();
        }
    }

    private static IOException timedOut(String option, Duration timeout, String what) {
        if (timeout.isZero()) {
            throw new AssertionError("the handler would wait for its peer forever, because " + option
                    + " is zero: the script has ended, or the peer no longer reads");
        }
        return new SocketTimeoutException(what + timeout);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        checkOpen();
        if (reset) {
            throw new IOException("Broken pipe");
        } else if (room == 0 && source.hasRemaining()) {
            close();
            throw timedOut("writeTimeout", writeTimeout, "the peer accepted no data for ");
        }
        var taken = new byte[(int) Math.min(room, source.remaining())];
        source.get(taken);
        sent.writeBytes(taken);
        room -= taken.length;
        return taken.length;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = 0;
        for (int i = offset; i < offset + length && (count == 0 || room > 0); i++) {
            count += write(sources[i]);
        }
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    void endOutput() throws IOException {
        checkOpen();
        outputEnded = true;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
