package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.util.Closing;
import dev.socketserver.internal.util.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections such that their peers still receive what was sent to them. If a socket is closed with unread
 * input, or receives input afterwards, the kernel resets the connection, and the reset may destroy data in transit. So
 * the end of the stream is sent first, and further input is read and discarded until the peer ends its output, or
 * {@link #LONGEST} after it last sent something, for at most {@link #LONGEST_IN_ALL} and {@link #MOST_BYTES}; like
 * nginx's {@code lingering_close}. In this state a connection holds only its descriptor.
 *
 * <p>Input is discarded once per {@linkplain Alarms#TICK tick}, so an upload continues at a rate of one socket buffer
 * per tick: at full speed for TCP, whose buffers grow to megabytes, but at about 4 MB/s for a Unix-domain socket, whose
 * buffer holds about 200 kB. There, {@link #MOST_BYTES} are reached after about 4 seconds.
 *
 * <p>Thread-safe.
 */
final class Lingering {
    /** How long a peer may be silent before the socket is closed. */
    static final Duration LONGEST = Duration.ofSeconds(2);

    /** How long a peer may continue to send. */
    static final Duration LONGEST_IN_ALL = Duration.ofSeconds(30);

    /** The maximum number of bytes that are discarded per peer. */
    static final int MOST_BYTES = 16 * 1024 * 1024;

    /** The maximum number of lingering connections; beyond it, the oldest is closed at once. */
    static final int MOST_CONNECTIONS = 1024;

    private static final Log LOG = Log.of(Lingering.class);
    private static final int DISCARDED_AT_ONCE = 64 * 1024;

    /** How much is discarded without the lock. */
    private static final int FIRST_DISCARDED = 256;

    /** A lingering connection; guarded by the monitor of the outer instance. */
    static final class Entry {
        final Transport transport;
        final @Nullable Poller knowing; // must remove the connection before the kernel closes it
        final long end; // latest end, on the nanoTime clock
        long until; // end unless more input arrives, on the nanoTime clock
        int left = MOST_BYTES;
        boolean received; // whether input has arrived since the end was sent

        Entry(Transport transport, @Nullable Poller knowing) {
            this.transport = transport;
            this.knowing = knowing;
            long now = System.nanoTime();
            end = now + LONGEST_IN_ALL.toNanos();
            until = now + LONGEST.toNanos();
        }

        /** Called when input has arrived: extends the time. */
        void receives(int count) {
            received = true;
            left -= count;
            long later = System.nanoTime() + LONGEST.toNanos();
            until = later - end < 0 ? later : end;
        }
    }

    private final Alarms alarms;
    private final Alarm sweep = new Alarm() {
        @Override
        protected void ring() {
            sweep();
        }
    };
    private final Deque<Entry> entries = new ArrayDeque<>(); // guarded by this; the oldest first
    private final ByteBuffer discarded = ByteBuffer.allocateDirect(DISCARDED_AT_ONCE); // guarded by this
    private boolean closed; // guarded by this

    /** Creates an instance without lingering connections. */
    Lingering(Alarms alarms) {
        this.alarms = alarms;
    }

    /**
     * Sends the end of the stream to a peer, and closes the connection when that is safe.
     *
     * @param knowing the poller that the connection is registered with, if any
     */
    void close(Transport transport, @Nullable Poller knowing) {
        boolean lingers = false;
        try {
            transport.shutdownOutput();
            Entry entry = new Entry(transport, knowing);
            int count = transport.read(ByteBuffer.allocate(FIRST_DISCARDED)); // most peers have ended, and need no lock
            if (count > 0) {
                entry.receives(count);
            }
            lingers = count >= 0 && linger(entry, count > 0);
        } catch (IOException e) {
            LOG.debug("a peer disconnected before the end of the stream was sent: {}", e);
        } finally {
            if (!lingers) {
                closeNow(transport, knowing);
            }
        }
    }

    /** Adds a connection, unless nothing more comes from its peer; returns whether it was added. */
    private synchronized boolean linger(Entry entry, boolean mayHaveMore) throws IOException {
        if (mayHaveMore && hasEnded(entry)) {
            return false;
        }
        entries.addLast(entry);
        if (entries.size() > MOST_CONNECTIONS) {
            closeNow(entries.removeFirst());
        }
        if (entries.size() == 1) {
            alarms.set(sweep, 0);
        }
        return true;
    }

    private synchronized void sweep() {
        for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            if (isDone(entry)) {
                closeNow(entry);
                all.remove();
            }
        }
        if (!entries.isEmpty()) {
            alarms.set(sweep, 0);
        }
        notifyAll();
    }

    private boolean isDone(Entry entry) {
        try {
            return hasEnded(entry) || entry.until - System.nanoTime() <= 0 || (closed && !entry.received);
        } catch (Throwable e) {
            LOG.debug("a lingering connection was closed: {}", e);
            return true;
        }
    }

    /** Discards input; returns whether there is nothing more to wait for. */
    private boolean hasEnded(Entry entry) throws IOException {
        int count = entry.transport.read(discarded.clear());
        while (count > 0) {
            entry.receives(count);
            if (entry.left <= 0) {
                return true;
            }
            count = entry.transport.read(discarded.clear());
        }
        return count < 0;
    }

    private static void closeNow(Entry entry) {
        closeNow(entry.transport, entry.knowing);
    }

    private static void closeNow(Transport transport, @Nullable Poller knowing) {
        Closing.quietly(transport);
        if (knowing != null) {
            knowing.wakeIfSelecting();
        }
    }

    /** Returns how many lingering connections still count towards the limit. */
    synchronized int placesHeld() {
        int count = 0;
        for (Entry entry : entries) {
            count += entry.transport.holdsPlace() ? 1 : 0;
        }
        return count;
    }

    /** Closes connections whose peers have sent nothing more, because descriptors have run out. */
    synchronized void giveWay() {
        for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            if (!entry.received) {
                closeNow(entry);
                all.remove();
            }
        }
    }

    /**
     * Closes the lingering connections: at once, except those whose peers were still sending when the connection ended,
     * which keep the rest of their time.
     */
    synchronized void close() {
        closed = true;
        long end = System.nanoTime() + LONGEST.toNanos();
        sweep();
        try {
            while (!entries.isEmpty() && end - System.nanoTime() > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, Alarms.TICK.toNanos());
                sweep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the remaining ones are closed at once
        }
        entries.forEach(Lingering::closeNow);
        entries.clear();
        alarms.cancel(sweep);
    }
}
