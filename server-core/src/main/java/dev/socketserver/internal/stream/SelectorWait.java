package dev.socketserver.internal.stream;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits in a selector that is the thread's own meanwhile: the cheapest way for a thread of the operating system. */
final class SelectorWait implements Wait {
    private final Waits owner;
    private final Selector selector;
    private @Nullable Transport transport; // of the thread that waits
    private @Nullable SelectionKey key; // of the thread that waits

    SelectorWait(Waits owner, Selector selector) {
        this.owner = owner;
        this.selector = selector;
    }

    /** Makes this the place to wait for a connection. */
    SelectorWait of(Transport connection) {
        transport = connection;
        return this;
    }

    @Override
    public void await(int operations, long nanos) throws IOException {
        arm(operations);
        if (nanos == FOREVER) {
            selector.select(SelectorWait::ignore);
        } else if (nanos > 0) {
            selector.select(SelectorWait::ignore, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999)));
        }
    }

    private void arm(int operations) throws IOException {
        try {
            SelectionKey armed = key;
            Transport waited = transport;
            if (armed == null && waited != null) {
                key = waited.register(selector, operations, this);
            } else if (armed != null && armed.interestOps() != operations) {
                armed.interestOps(operations);
            }
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
        key = null;
        transport = null;
        try {
            if (armed != null) {
                armed.cancel();
                selector.selectNow(
                        SelectorWait::ignore); // forgets the connection, which the system cannot close before
            }
            owner.giveBack(this);
        } catch (IOException | ClosedSelectorException e) {
            close();
        }
    }

    /** Closes the selector, for good. */
    void close() {
        owner.closed(selector);
    }
}
