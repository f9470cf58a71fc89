package dev.socketserver.fault;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** A selector of channels that may be made to fail. Only the calls that take an action for ready keys are there. */
final class FaultySelector extends AbstractSelector {
    private final AbstractSelector real;

    FaultySelector(SelectorProvider provider, AbstractSelector real) {
        super(provider);
        this.real = real;
    }

    /** A key of a channel, and the one of the channel that it stands for. */
    private final class Key extends AbstractSelectionKey {
        private final AbstractSelectableChannel channel;
        private final SelectionKey behind;

        Key(AbstractSelectableChannel channel, SelectionKey behind, Object attachment) {
            this.channel = channel;
            this.behind = behind;
            attach(attachment);
        }

        @Override
        public AbstractSelectableChannel channel() {
            return channel;
        }

        @Override
        public Selector selector() {
            return FaultySelector.this;
        }

        @Override
        public int interestOps() {
            return behind.interestOps();
        }

        @Override
        public SelectionKey interestOps(int operations) {
            Fault.inUncheckedCall("interestOps");
            behind.interestOps(operations);
            return this;
        }

        @Override
        public int readyOps() {
            return behind.readyOps();
        }
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        Fault.inUncheckedCall("register");
        try {
            SelectionKey behind = ((Faulty) channel).real().register(real, operations);
            Key key = new Key(channel, behind, attachment);
            behind.attach(key);
            return key;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void forgetCancelled() {
        Set<SelectionKey> cancelled = cancelledKeys();
        synchronized (cancelled) {
            for (SelectionKey key : cancelled) {
                ((Key) key).behind.cancel();
                deregister((Key) key);
            }
            cancelled.clear();
        }
    }

    private int select(Consumer<SelectionKey> action, boolean waits, long millis) throws IOException {
        Fault.inCall("select");
        forgetCancelled();
        Consumer<SelectionKey> ready = key -> action.accept((Key) key.attachment());
        int count = waits ? real.select(ready, millis) : real.selectNow(ready);
        forgetCancelled();
        return count;
    }

    @Override
    public int select(Consumer<SelectionKey> action, long millis) throws IOException {
        return select(action, true, millis);
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
        return select(action, true, 0);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
        return select(action, false, 0);
    }

    @Override
    public Set<SelectionKey> keys() {
        Set<SelectionKey> keys = new HashSet<>();
        real.keys().forEach(key -> keys.add((Key) key.attachment()));
        return keys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new UnsupportedOperationException("select with an action");
    }

    @Override
    public int selectNow() throws IOException {
        return selectNow(key -> {});
    }

    @Override
    public int select(long millis) throws IOException {
        return select(key -> {}, millis);
    }

    @Override
    public int select() throws IOException {
        return select(key -> {});
    }

    @Override
    public Selector wakeup() {
        real.wakeup(); // a system in which that fails has no way on
        return this;
    }

    @Override
    protected void implCloseSelector() throws IOException {
        Set<SelectionKey> keys = keys();
        real.close();
        for (SelectionKey key : keys) {
            deregister((Key) key);
        }
        Fault.inCall("close");
    }
}
