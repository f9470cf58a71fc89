package dev.socketserver.internal.stream;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.VirtualThreads;
import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Lends threads a place to wait for their connections: a selector of their own, which is kept for the next thread
 * afterwards; or, to a virtual thread and when {@link #MOST_SELECTORS} are in use or none can be had, a place in one
 * selector that all share. Thread-safe.
 */
final class Waits {
    private static final Log LOG = Log.of(Waits.class);

    /** How many threads have selectors of their own at most; each takes two or three descriptors. */
    static final int MOST_SELECTORS = 256;

    private final SharedWaits shared;
    private final Deque<SelectorWait> spare = new ArrayDeque<>(); // guarded by this; the last used first
    private int open; // guarded by this
    private boolean closed; // guarded by this

    /**
     * Creates places for the threads of a server.
     *
     * @param died runs if the thread that serves the shared place ends without having been stopped
     */
    Waits(String server, Runnable died) throws IOException {
        shared = new SharedWaits(server, died);
    }

    /** Returns a place for the calling thread to wait for a connection. */
    Wait take(Transport transport) {
        SelectorWait own = VirtualThreads.isCurrent() ? null : ownSelector();
        return own == null ? shared.take(transport) : own.of(transport);
    }

    private @Nullable SelectorWait ownSelector() {
        synchronized (this) {
            SelectorWait last = spare.pollFirst();
            if (last != null || open == MOST_SELECTORS) {
                return last;
            }
            open++;
        }
        try {
            return new SelectorWait(this, Selector.open());
        } catch (IOException e) {
            LOG.debug("no selector for one more thread: {}", e);
            closed((Selector) null);
            return null;
        }
    }

    void giveBack(SelectorWait place) {
        synchronized (this) {
            if (!closed) {
                spare.addFirst(place);
                return;
            }
        }
        place.close();
    }

    /** Closes a selector, if there is one, and counts it as closed. */
    void closed(@Nullable Selector selector) {
        synchronized (this) {
            open--;
        }
        try {
            if (selector != null) {
                selector.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a selector failed: {}", e);
        }
    }

    /** Closes the spare selectors and the shared one; those in use follow when they are given back. */
    void close() throws InterruptedException {
        Deque<SelectorWait> unused;
        synchronized (this) {
            closed = true;
            unused = new ArrayDeque<>(spare);
            spare.clear();
        }
        unused.forEach(SelectorWait::close);
        shared.close();
    }
}
