package dev.socketserver.internal.stream;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A selector of simulated channels, and what the system knows of them. Thread-safe. */
final class SimulatedSelector extends AbstractSelector {
    private final Set<Key> keys = new HashSet<>(); // guarded by this
    private boolean woken; // guarded by this

    SimulatedSelector() {
        super(SelectorProvider.provider());
    }

    /** Called when something about a channel has changed. */
    synchronized void changed() {
        notifyAll();
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return select(action, true);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return select(action, false);
    }

    private int select(Consumer<SelectionKey> action, boolean waits) throws IOException {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
        List<Key> ready;
        try {
            ready = ready(waits);
        } catch (Error e) {
            close(); // the scheduler ends the case, and its leader must not go on
            throw e;
        }
        ready.forEach(action);
        return ready.size();
    }

    private synchronized List<Key> ready(boolean waits) {
        List<Key> ready = ready();
        while (waits && ready.isEmpty() && !woken && isOpen()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return List.of();
            }
            ready = ready();
        }
        woken = false;
        return ready;
    }

    private List<Key> ready() {
        keys.removeIf(key -> !key.isValid());
        List<Key> ready = new ArrayList<>();
        for (Key key : keys) {
            if (key.readyOps() != 0) {
                ready.add(key);
            }
        }
        return ready;
    }

    @Override
    public synchronized Selector wakeup() {
        woken = true;
        notifyAll();
        return this;
    }

    @Override
    protected synchronized SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        var key = new Key((SimulatedChannel) channel, operations);
        key.attach(attachment);
        keys.add(key);
        return key;
    }

    @Override
    protected synchronized void implCloseSelector() {
        notifyAll();
    }

    @Override
    public Set<SelectionKey> keys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int selectNow() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException();
    }

    /** The registration of a channel. */
    private final class Key extends AbstractSelectionKey {
        private final SimulatedChannel channel;
        private volatile int interest;

        Key(SimulatedChannel channel, int interest) {
            this.channel = channel;
            this.interest = interest;
        }

        @Override
        public SimulatedChannel channel() {
            return channel;
        }

        @Override
        public Selector selector() {
            return SimulatedSelector.this;
        }

        @Override
        public int interestOps() {
            return interest;
        }

        @Override
        public SelectionKey interestOps(int operations) {
            interest = operations;
            return this;
        }

        @Override
        public int readyOps() {
            return interest & channel.ready();
        }
    }
}
