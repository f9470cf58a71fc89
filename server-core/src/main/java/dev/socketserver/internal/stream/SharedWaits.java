package dev.socketserver.internal.stream;

import dev.socketserver.internal.util.Closing;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.LoopThread;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One selector for many threads, each of which waits for its own connection: an internal thread selects, and unparks
 * the threads whose connections are ready. It is started when the first thread waits. Thread-safe.
 */
final class SharedWaits {
    private static final Log LOG = Log.of(SharedWaits.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(1);

    private final Selector selector;
    private final LoopThread thread;
    private final Queue<Place> changed = new ConcurrentLinkedQueue<>();
    private final Consumer<SelectionKey> onReady = SharedWaits::ready;
    private volatile boolean selecting; // written by the thread
    private boolean started; // guarded by this
    private volatile boolean closed;

    SharedWaits(String server, Runnable died) throws IOException {
        selector = Selector.open();
        thread = new LoopThread(server + "-waits", this::select, died);
    }

    /** Returns a place for the calling thread to wait for a connection. */
    Wait take(Transport transport) {
        synchronized (this) {
            if (!started && !closed) {
                thread.start();
                started = true;
            }
        }
        return new Place(transport);
    }

    private void select() throws IOException {
        selecting = true;
        try {
            for (Place next = changed.poll(); next != null; next = changed.poll()) {
                next.arm(selector);
            }
            selector.select(onReady);
        } catch (ClosedSelectorException e) {
            if (!closed) {
                throw e;
            }
        } finally {
            selecting = false;
        }
    }

    private static void ready(SelectionKey key) {
        if (key.attachment() instanceof Place place) {
            key.interestOps(0);
            place.wake();
        }
    }

    private void change(Place place) {
        changed.add(place);
        if (selecting) {
            selector.wakeup();
        }
    }

    /** Ends the thread and closes the selector. Threads that still wait see that their connections are closed. */
    void close() throws InterruptedException {
        closed = true;
        thread.stop();
        selector.wakeup();
        try {
            if (!thread.awaitEnd(LONGEST_END)) {
                LOG.warn("a selector thread does not terminate");
            }
        } finally {
            Closing.quietly(selector);
        }
    }

    /** What one thread waits for on one socket. */
    private static final class Watched {
        final Transport transport;
        volatile int operations; // written by the waiting thread
        private @Nullable SelectionKey key; // confined to the selecting thread

        Watched(Transport transport) {
            this.transport = transport;
        }

        void arm(Selector to, Place place) throws IOException {
            SelectionKey armed = key;
            if (armed == null) {
                key = transport.register(to, operations, place);
            } else {
                armed.interestOps(operations);
            }
        }

        void cancel() {
            SelectionKey armed = key;
            if (armed != null) {
                armed.cancel();
            }
        }
    }

    /** One thread's place. */
    final class Place implements Wait {
        private final Watched peer;
        private final Thread waiting = Thread.currentThread();
        private volatile @Nullable Watched other; // written by the waiting thread
        private volatile boolean released; // written by the waiting thread
        private volatile boolean woken;

        Place(Transport transport) {
            peer = new Watched(transport);
        }

        @Override
        public void alsoFor(Transport second, int operations) {
            Watched known = other;
            Watched watched = known == null ? new Watched(second) : known;
            watched.operations = operations;
            other = watched;
        }

        @Override
        public void await(int wanted, long nanos) throws IOException {
            peer.operations = wanted;
            change(this);
            long end = System.nanoTime() + nanos;
            while (!woken && !closed && !Thread.currentThread().isInterrupted()) {
                if (nanos == FOREVER) {
                    LockSupport.park(this);
                } else {
                    long left = end - System.nanoTime();
                    if (left <= 0) {
                        break;
                    }
                    LockSupport.parkNanos(this, left);
                }
            }
            woken = false;
            if (!peer.transport.isOpen()) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public void wake() {
            woken = true;
            LockSupport.unpark(waiting);
        }

        @Override
        public void release() {
            released = true;
            change(this);
        }

        /** Applies the request of the waiting thread. */
        private void arm(Selector to) {
            try {
                Watched second = other;
                if (released) {
                    peer.cancel();
                    if (second != null) {
                        second.cancel();
                    }
                } else {
                    peer.arm(to, this);
                    if (second != null) {
                        second.arm(to, this);
                    }
                }
            } catch (IOException | CancelledKeyException e) {
                wake(); // closed, as the thread will see
            } catch (RuntimeException | Error e) {
                wake();
                throw e;
            }
        }
    }
}
