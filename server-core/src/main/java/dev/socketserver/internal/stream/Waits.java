package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.util.Closing;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.VirtualThreads;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lends threads a place to wait for their connections: a selector for exclusive use, which is kept for the next thread
 * afterwards; or, for virtual threads, when {@link #MOST_SELECTORS} are in use, or when none can be opened, a place in
 * a shared selector. Selectors that were not needed for a while are closed. Thread-safe.
 */
final class Waits {
    private static final Log LOG = Log.of(Waits.class);

    /** The maximum number of exclusive selectors; each takes two or three descriptors. */
    static final int MOST_SELECTORS = 256;

    /** How often those selectors are closed that no thread has needed since the last time. */
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(10);

    private final SharedWaits shared;
    private final Alarms alarms;
    private final Alarm look = new Look();
    private final Deque<OwnSelector> spare = new ArrayDeque<>(); // guarded by this; most recently used first
    private int unneeded; // guarded by this: how many of these no thread has needed since the last look
    private boolean looks; // guarded by this: the alarm is set
    private int open; // guarded by this
    private boolean closed; // guarded by this

    /**
     * Creates places for the threads of a server.
     *
     * @param alarms rings when it is time to close spare selectors
     * @param died runs if the thread of the shared selector ends without having been stopped
     */
    Waits(String server, Alarms alarms, Runnable died) throws IOException {
        shared = new SharedWaits(server, died);
        this.alarms = alarms;
    }

    /** Returns a place for the calling thread to wait for a connection. */
    Wait take(Transport transport) {
        OwnSelector own = VirtualThreads.isCurrent() ? null : ownSelector();
        return own == null ? shared.take(transport) : own.of(transport);
    }

    private @Nullable OwnSelector ownSelector() {
        synchronized (this) {
            OwnSelector last = spare.pollFirst();
            unneeded = Math.min(unneeded, spare.size());
            if (last != null || open == MOST_SELECTORS) {
                return last;
            }
            open++;
        }
        OwnSelector opened = null;
        try {
            opened = new OwnSelector(Selector.open());
        } catch (IOException e) {
            LOG.debug("could not open a selector for another thread: {}", e);
        } finally {
            if (opened == null) {
                closed((Selector) null);
            }
        }
        return opened;
    }

    void giveBack(OwnSelector place) {
        synchronized (this) {
            if (!closed) {
                spare.addFirst(place);
                lookLater();
                return;
            }
        }
        place.close();
    }

    /** Has the spare selectors looked at later, if there are any. */
    private synchronized void lookLater() {
        if (!looks && !spare.isEmpty()) {
            looks = true;
            alarms.setAt(look, Alarms.in(LOOK_INTERVAL, alarms.now()));
        }
    }

    /** Rings while there are spare selectors. */
    private final class Look extends Alarm {
        @Override
        protected void ring() {
            takeUnneeded().forEach(OwnSelector::close);
        }
    }

    /** Takes those that no thread has needed since the last look, of which the next one may take more. */
    private synchronized List<OwnSelector> takeUnneeded() {
        List<OwnSelector> taken = new ArrayList<>(unneeded);
        while (taken.size() < unneeded) {
            taken.add(spare.removeLast());
        }
        unneeded = spare.size();
        looks = false;
        lookLater();
        return taken;
    }

    /** Returns how many selectors for exclusive use are open. */
    synchronized int open() {
        return open;
    }

    /** Closes a selector, if not null, and counts it as closed. */
    void closed(@Nullable Selector selector) {
        synchronized (this) {
            open--;
        }
        Closing.quietly(selector);
    }

    /** Closes the spare selectors and the shared one; those in use are closed when they are returned. */
    void close() throws InterruptedException {
        Deque<OwnSelector> unused;
        synchronized (this) {
            closed = true;
            unused = new ArrayDeque<>(spare);
            spare.clear();
            unneeded = 0;
            alarms.cancel(look);
        }
        unused.forEach(OwnSelector::close);
        shared.close();
    }

    /** Waits in a selector that the thread uses exclusively: the cheapest way for a platform thread. */
    final class OwnSelector implements Wait {
        private final Selector selector;
        private @Nullable Transport transport; // of the thread that waits
        private @Nullable SelectionKey key; // of the thread that waits
        private @Nullable SelectionKey otherKey; // of the thread that waits

        OwnSelector(Selector selector) {
            this.selector = selector;
        }

        /** Prepares this place for waiting for a connection. */
        OwnSelector of(Transport connection) {
            transport = connection;
            return this;
        }

        @Override
        public void await(int operations, long nanos) throws IOException {
            key = armed(transport, key, operations);
            if (nanos == FOREVER) {
                selector.select(OwnSelector::ignore);
            } else if (nanos > 0) {
                selector.select(OwnSelector::ignore, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999)));
            }
        }

        @Override
        public void alsoFor(Transport other, int operations) throws IOException {
            otherKey = armed(other, otherKey, operations);
        }

        private @Nullable SelectionKey armed(@Nullable Transport waited, @Nullable SelectionKey known, int operations)
                throws IOException {
            try {
                if (known == null && waited != null) {
                    return waited.register(selector, operations, this);
                } else if (known != null && known.interestOps() != operations) {
                    known.interestOps(operations);
                }
                return known;
            } catch (CancelledKeyException | ClosedSelectorException e) {
                throw new ClosedChannelException();
            }
        }

        private static void ignore(SelectionKey ready) {}

        @Override
        public void wake() {
            selector.wakeup();
        }

        @Override
        public void release() {
            SelectionKey armed = key;
            SelectionKey other = otherKey;
            key = null;
            otherKey = null;
            transport = null;
            boolean usable = false;
            try {
                if (other != null) {
                    other.cancel();
                }
                if (armed != null) {
                    armed.cancel();
                }
                if (armed != null || other != null) {
                    selector.selectNow(
                            OwnSelector::ignore); // deregisters the connection, which the kernel cannot close before
                }
                usable = true;
            } catch (IOException | ClosedSelectorException e) {
                LOG.debug("a selector cannot be reused: {}", e);
            } finally {
                if (usable) {
                    giveBack(this);
                } else {
                    close();
                }
            }
        }

        /** Closes the selector permanently. */
        void close() {
            closed(selector);
        }
    }
}
