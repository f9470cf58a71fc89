package dev.socketserver;

import java.io.Flushable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection's blocking channel with a deadline on each wait. An overdue read ends the input only, so that the
 * handler can still send a last word; an overdue write ends the connection. A read first flushes what was written, so
 * that nobody waits for an answer to bytes that were never sent.
 *
 * <p>Confined to the thread that serves the connection, but for {@link #expire}.
 */
final class TimedChannel implements ReadableByteChannel, GatheringByteChannel {
    private final SocketChannel channel;
    private final Deadline deadline = new Deadline();
    private volatile boolean writing; // set before the deadline is armed
    private long readTimeout;
    private long writeTimeout;
    private boolean inputExpired;
    private boolean outputExpired;
    private Flushable unsent = () -> {};
    private @Nullable Registration registration;
    private boolean receiving; // a read takes what has come and waits for nothing
    private long until; // when the last wait for the peer was to end, as the deadline returned it
    private boolean waiting; // the read goes on with that wait

    TimedChannel(SocketChannel channel) {
        this.channel = channel;
    }

    void flushBeforeRead(Flushable output) {
        unsent = output;
    }

    /** Sends what a read would send first. */
    void flush() throws IOException {
        unsent.flush();
    }

    void registration(Registration withLeader) {
        registration = withLeader;
    }

    /** The connection waits in a selector from here on, for that long. */
    void idle(Duration timeout) {
        writing = false;
        until = deadline.arm(timeout.toNanos());
    }

    /** The connection waits on in a selector: what came was nothing to serve. */
    void idleStill() {
        writing = false;
        deadline.armAt(until);
    }

    /** The connection waits no more; up to {@link #received} a read takes what has come. */
    void ready() {
        inputExpired |= !deadline.disarm();
        receiving = true;
    }

    /** From here on a read waits. */
    void received() {
        receiving = false;
    }

    /** Tells whether a read takes what has come and waits for nothing. */
    boolean isReceiving() {
        return receiving;
    }

    void readTimeout(Duration timeout) {
        readTimeout = timeout.toNanos();
    }

    void writeTimeout(Duration timeout) {
        writeTimeout = timeout.toNanos();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        waiting = false;
        return readOn(target);
    }

    /** Reads after a read that brought too little, in what is left of its time. */
    int readOn(ByteBuffer target) throws IOException {
        if (receiving) {
            return channel.read(target);
        }
        unsent.flush();
        Registration selector = selector();
        if (selector != null) {
            int count = channel.read(target);
            if (count != 0) {
                return count;
            }
            selector.leave();
        }
        return readBlocking(target);
    }

    private int readBlocking(ByteBuffer target) throws IOException {
        writing = false;
        if (waiting) {
            deadline.armAt(until);
        } else {
            until = deadline.arm(readTimeout);
        }
        waiting = true;
        int count;
        try {
            count = channel.read(target);
        } finally {
            inputExpired |= !deadline.disarm();
        }
        if (inputExpired && count <= 0) {
            throw new SocketTimeoutException("nothing came for " + Duration.ofNanos(readTimeout));
        }
        return count;
    }

    /** Runs what takes time to compute, and waits for nothing. */
    void compute(Runnable work) {
        if (registration == null) {
            work.run();
        } else {
            registration.compute(work);
        }
    }

    /** Returns the registration if the channel is in a selector, so that it does not block. */
    private @Nullable Registration selector() {
        Registration current = registration;
        return current != null && current.isSelectable() ? current : null;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        Registration selector = selector();
        if (selector != null) {
            int count = channel.write(source);
            if (count > 0 || !source.hasRemaining()) {
                return count;
            }
            selector.leave();
        }
        armWrite();
        try {
            return channel.write(source);
        } catch (ClosedChannelException e) {
            throw writeFailure(e);
        } finally {
            disarmWrite();
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Registration selector = selector();
        if (selector != null) {
            long count = channel.write(sources, offset, length);
            if (count > 0) {
                return count;
            }
            selector.leave();
        }
        armWrite();
        try {
            return channel.write(sources, offset, length);
        } catch (ClosedChannelException e) {
            throw writeFailure(e);
        } finally {
            disarmWrite();
        }
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    private void armWrite() {
        writing = true;
        deadline.arm(writeTimeout);
    }

    /** Remembers that a write expired: one that had begun to transfer bytes fails no sooner than the next. */
    private void disarmWrite() {
        outputExpired |= !deadline.disarm();
    }

    private IOException writeFailure(ClosedChannelException closed) {
        disarmWrite();
        if (!outputExpired) {
            return closed;
        }
        var timeout = new SocketTimeoutException("the peer took no byte for " + Duration.ofNanos(writeTimeout));
        timeout.initCause(closed);
        return timeout;
    }

    /** Ends the running operation if it is overdue. Thread-safe. */
    void expire(long now) throws IOException {
        boolean wasWriting = writing; // read first: once expired, the thread may go on to another operation
        if (deadline.expire(now)) {
            if (wasWriting) {
                channel.close();
            } else {
                channel.shutdownInput();
            }
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
