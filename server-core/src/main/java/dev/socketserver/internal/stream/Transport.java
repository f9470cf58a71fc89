package dev.socketserver.internal.stream;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a connection, which never blocks. Reads and writes are for the thread that has the connection's turn,
 * the rest is thread-safe.
 */
final class Transport {
    private static final VarHandle PLACE;

    static {
        try {
            PLACE = MethodHandles.lookup().findVarHandle(Transport.class, "place", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SocketChannel channel;

    @SuppressWarnings("unused")
    private volatile @Nullable Runnable place; // written through PLACE: gives back what the socket holds of a limit

    /**
     * Takes over an accepted channel.
     *
     * @throws IOException if the channel is closed already
     */
    Transport(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
    }

    /** Has the action run when the socket is closed, once. For the accepting thread, before it is handed on. */
    void onClose(Runnable action) {
        place = action;
    }

    /** Returns whether an action is to run when the socket is closed. */
    boolean holdsPlace() {
        return place != null;
    }

    /** Reads what is there; returns the number of bytes, 0 for none, -1 at the end of the stream. */
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

    <T> void option(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
    }

    SocketAddress localAddress() throws IOException {
        return channel.getLocalAddress();
    }

    SocketAddress remoteAddress() throws IOException {
        return channel.getRemoteAddress();
    }

    /** Lets the selector report what the connection is ready for. */
    SelectionKey register(Selector selector, int operations, Object attachment) throws IOException {
        return channel.register(selector, operations, attachment);
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Closes the socket; the system does so once no selector knows it any more. Closing twice has no effect. */
    void close() throws IOException {
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
