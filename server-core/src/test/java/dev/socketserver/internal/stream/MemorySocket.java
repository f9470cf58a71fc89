package dev.socketserver.internal.stream;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A socket without a system: gives what a test has put in, a piece to each read, and takes everything. */
final class MemorySocket extends SocketChannel {
    private final Deque<byte[]> arriving = new ArrayDeque<>();
    private final ByteBuffer sent = ByteBuffer.allocate(1 << 18);
    private boolean ended;

    MemorySocket() {
        super(SelectorProvider.provider());
    }

    /** The peer sends bytes. */
    void arrive(byte[] bytes) {
        if (bytes.length > 0) {
            arriving.add(bytes);
        }
    }

    /** The peer sends no more. */
    void end() {
        ended = true;
    }

    /** Takes what was sent to the peer. */
    byte[] takeSent() {
        byte[] taken = Arrays.copyOf(sent.array(), sent.position());
        sent.clear();
        return taken;
    }

    @Override
    public int read(ByteBuffer target) {
        byte[] next = arriving.poll();
        if (next == null) {
            return ended ? -1 : 0;
        }
        int count = Math.min(next.length, target.remaining());
        target.put(next, 0, count);
        if (count < next.length) {
            arriving.addFirst(Arrays.copyOfRange(next, count, next.length));
        }
        return count;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        sent.put(source);
        return count;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        long count = 0;
        for (int i = offset; i < offset + length; i++) {
            count += write(sources[i]);
        }
        return count;
    }

    @Override
    protected void implCloseSelectableChannel() {}

    @Override
    protected void implConfigureBlocking(boolean block) {}

    // ---- what a connection's channel does not need

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel shutdownOutput() {
        throw new UnsupportedOperationException();
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
    public boolean connect(SocketAddress remote) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
        return true;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() {
        return null;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() {
        return null;
    }
}
