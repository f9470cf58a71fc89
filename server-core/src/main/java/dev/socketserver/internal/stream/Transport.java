package dev.socketserver.internal.stream;

import dev.socketserver.internal.util.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The non-blocking socket of a connection. Reads and writes are confined to the thread that has the connection's turn;
 * the rest is thread-safe.
 */
final class Transport implements Closeable {
    private static final Log LOG = Log.of(Transport.class);
    private static final VarHandle PLACE;

    /** An option of the module jdk.net, found by its name, as not every JRE has the module. */
    private static final String QUICK_ACK = "TCP_QUICKACK";

    static {
        try {
            PLACE = MethodHandles.lookup().findVarHandle(Transport.class, "place", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SocketChannel channel;

    @SuppressWarnings("unused")
    private volatile @Nullable Runnable place; // written through PLACE: releases the socket's slot of a limit

    /**
     * Takes over an accepted channel.
     *
     * @throws IOException if the channel is already closed
     */
    Transport(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
    }

    /**
     * Sets an action to run once when the socket is closed. Called by the accepting thread before it passes the
     * connection on.
     */
    void onClose(Runnable action) {
        place = action;
    }

    /** Returns whether an action is set to run when the socket is closed. */
    boolean holdsPlace() {
        return place != null;
    }

    /** Reads available bytes; returns their number, 0 for none, -1 at the end of the stream. */
    int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    /** Writes what the system takes; returns the number of bytes. */
    int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    /** Writes what the system takes; returns the number of bytes. */
    long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return channel.write(sources, offset, length);
    }

    /** Sends the end of the stream. */
    void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    /**
     * Has the other end see a reset, not the end of the stream, when the socket is closed, if its system knows that.
     */
    void resetOnClose() {
        try {
            if (channel.isOpen()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("a connection is closed without a reset: {}", e);
        }
    }

    /**
     * Has the system acknowledge at once what was read, if it can be told to (Linux). Else it waits for an answer that
     * carries the acknowledgement, for up to 40 ms.
     */
    @SuppressWarnings("unchecked") // the option's type is checked
    void acknowledge() {
        try {
            for (SocketOption<?> option : channel.supportedOptions()) {
                if (option.name().equals(QUICK_ACK) && option.type() == Boolean.class) {
                    channel.setOption((SocketOption<Boolean>) option, true);
                }
            }
        } catch (IOException e) {
            LOG.debug("what was read is acknowledged later: {}", e);
        }
    }

    <T> void option(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
    }

    SocketAddress localAddress() throws IOException {
        return channel.getLocalAddress();
    }

    SocketAddress remoteAddress() throws IOException {
        return channel.getRemoteAddress();
    }

    /** Registers the connection with a selector. */
    SelectionKey register(Selector selector, int operations, Object attachment) throws IOException {
        return channel.register(selector, operations, attachment);
    }

    /** Ends the registration with a selector, if there is one; its next selection forgets the socket. */
    void deregister(Selector selector) {
        SelectionKey key = channel.keyFor(selector);
        if (key != null) {
            key.cancel();
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Closes the socket; the kernel does so when no selector refers to it any more. Further calls have no effect. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Runnable held = (Runnable) PLACE.getAndSet(this, null);
            if (held != null) {
                held.run();
            }
        }
    }
}
