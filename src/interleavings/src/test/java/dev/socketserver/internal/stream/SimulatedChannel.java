package dev.socketserver.internal.stream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Set;

/** A connection whose peer is the test. Guarded by its selector, as is what the peer does. */
final class SimulatedChannel extends SocketChannel {
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 1);

    private final SimulatedSelector selector;
    private final ArrayDeque<Byte> input = new ArrayDeque<>(); // guarded by selector
    private final ByteArrayOutputStream output = new ByteArrayOutputStream(); // guarded by selector
    private boolean inputEnded; // guarded by selector
    private boolean outputEnded; // guarded by selector

    SimulatedChannel(SimulatedSelector selector) {
        super(SelectorProvider.provider());
        this.selector = selector;
    }

    // ---- the peer

    /** Sends a byte. */
    void send(int value) {
        synchronized (selector) {
            input.add((byte) value);
            selector.changed();
        }
    }

    /** Sends the end. */
    void sendEnd() {
        synchronized (selector) {
            inputEnded = true;
            selector.changed();
        }
    }

    /** Returns what was received. */
    byte[] received() {
        synchronized (selector) {
            return output.toByteArray();
        }
    }

    /** Waits until so many bytes were received. */
    void await(int count) {
        synchronized (selector) {
            while (output.size() < count) {
                try {
                    selector.wait();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** Returns whether the end was received, or the connection is closed. */
    boolean hasEnded() {
        synchronized (selector) {
            return outputEnded || !isOpen();
        }
    }

    // ---- the system

    /** Returns what it is ready for, in the bits of {@link SelectionKey}. Called by the selector. */
    int ready() {
        boolean readable = !input.isEmpty() || inputEnded;
        return SelectionKey.OP_WRITE | (readable ? SelectionKey.OP_READ : 0);
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        synchronized (selector) {
            checkOpen();
            if (input.isEmpty() && inputEnded) {
                return -1;
            }
            int count = 0;
            for (; target.hasRemaining() && !input.isEmpty(); count++) {
                target.put(input.remove());
            }
            return count;
        }
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return read(targets[offset]);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        synchronized (selector) {
            checkOpen();
            int count = source.remaining();
            while (source.hasRemaining()) {
                output.write(source.get());
            }
            selector.changed();
            return count;
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = 0;
        for (int i = offset; i < offset + length; i++) {
            count += write(sources[i]);
        }
        return count;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        synchronized (selector) {
            checkOpen();
            outputEnded = true;
        }
        return this;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return PEER;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return PEER;
    }

    @Override
    protected void implConfigureBlocking(boolean block) {}

    @Override
    protected void implCloseSelectableChannel() {}

    // ---- what nobody uses

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public SocketChannel shutdownInput() {
        return this;
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    @Override
    public boolean connect(SocketAddress remote) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
        return true;
    }
}
