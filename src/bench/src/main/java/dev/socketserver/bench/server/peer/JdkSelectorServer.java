package dev.socketserver.bench.server.peer;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the JDK alone can do: one thread selects and answers at once, into one buffer, and another accepts. Nothing here
 * may block, so it is a limit to compare with and no server to use. The buffer is confined to the selecting thread.
 */
final class JdkSelectorServer {
    private final Setup setup;
    private final Selector selector = Selector.open();
    private final Queue<SocketChannel> arriving = new ConcurrentLinkedQueue<>();
    private final ByteBuffer buffer;

    private JdkSelectorServer(Setup setup) throws IOException {
        this.setup = setup;
        buffer = ByteBuffer.allocateDirect(setup.bufferBytes());
    }

    @SuppressWarnings("resource") // runs until the process ends
    static void serve(Setup setup) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open().bind(setup.address(), Setup.BACKLOG);
        var server = new JdkSelectorServer(setup);
        new Thread(() -> server.accept(listener), "acceptor").start();
        new Thread(server::select, "selector").start();
    }

    private void accept(ServerSocketChannel listener) {
        try (listener) {
            while (true) {
                SocketChannel connection = listener.accept();
                connection.configureBlocking(false);
                connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
                arriving.add(connection);
                selector.wakeup();
            }
        } catch (IOException e) {
            throw new IllegalStateException("accepting failed", e);
        }
    }

    private void select() {
        try (selector) {
            while (true) {
                for (SocketChannel next = arriving.poll(); next != null; next = arriving.poll()) {
                    next.register(selector, SelectionKey.OP_READ);
                }
                selector.select(this::answer);
            }
        } catch (IOException e) {
            throw new IllegalStateException("selecting failed", e);
        }
    }

    private void answer(SelectionKey key) {
        var connection = (SocketChannel) key.channel();
        try {
            int count = connection.read(buffer.clear());
            setup.work().run();
            buffer.flip();
            while (buffer.hasRemaining()) {
                connection.write(buffer);
            }
            if (count < 0) {
                connection.close();
            }
        } catch (IOException peerIsGone) {
            close(connection);
        }
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException ignored) {
            // It was open or not; the client counts what it missed.
        }
    }
}
