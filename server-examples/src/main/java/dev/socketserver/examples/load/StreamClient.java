package dev.socketserver.examples.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A client on a stream connection.
 *
 * <pre>
 *            open()              handshake done
 *   CLOSED ----------> CONNECTING ------------> OPEN
 *     ^                    |                     |
 *     +--------------------+---------------------+   close(): refused, broken, late, or done
 * </pre>
 */
abstract class StreamClient extends Client {
    final Exchange exchange;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private boolean connected;
    /** Since when the client waits: for the connection, or for the oldest answer. */
    private long waitingSince;

    StreamClient(ClientLoop loop) {
        super(loop);
        this.exchange = new Exchange(loop.payloadCopies(), loop.depth());
    }

    /** The connection is there. */
    abstract void opened();

    /** The oldest request, meant to begin at {@code intended}, was answered. */
    abstract void answered(long intended);

    /** Connects. A loopback peer has often answered before the first call returns: then no selector is asked. */
    final void open() {
        waitingSince = loop.now();
        try {
            SocketChannel opening = loop.connector().open();
            channel = opening;
            if (opening.connect(loop.target()) || opening.finishConnect()) {
                key = loop.register(opening, SelectionKey.OP_READ, this);
                connected();
            } else {
                key = loop.register(opening, SelectionKey.OP_CONNECT, this);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    private void connected() throws IOException {
        connected = true;
        loop.meter().connected(loop.tick() - waitingSince);
        settled();
        opened();
        flush();
    }

    /** Sends what was asked; the rest, if any, when the channel takes more. */
    @Override
    final void flush() {
        SocketChannel open = channel;
        SelectionKey registered = key;
        if (!connected || open == null || registered == null || exchange.unsent() == 0) {
            return;
        }
        try {
            boolean done = exchange.send(open);
            int interest = done ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
            if (registered.interestOps() != interest) {
                registered.interestOps(interest);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    /** Asks one more request, which the next {@link #flush} sends. */
    final void ask(long intended) {
        if (exchange.outstanding() == 0) {
            waitingSince = loop.now();
        }
        exchange.ask(intended);
    }

    @Override
    final void ready() {
        SocketChannel open = channel;
        SelectionKey registered = key;
        if (open == null || registered == null) {
            return;
        }
        try {
            if (!connected) {
                if (open.finishConnect()) {
                    registered.interestOps(SelectionKey.OP_READ);
                    connected();
                }
                return;
            }
            if (registered.isWritable()) {
                flush();
            }
            if (registered.isValid() && registered.isReadable()) {
                receive(open);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    private void receive(SocketChannel open) throws IOException {
        ByteBuffer buffer = loop.receiveBuffer();
        if (open.read(buffer) < 0) {
            throw new EOFException(exchange.outstanding() + " answers outstanding");
        }
        int complete = exchange.check(buffer.flip());
        if (complete > 0) {
            waitingSince = loop.now();
            for (int i = 0; i < complete; i++) {
                answered(exchange.takeAnswered());
            }
            flush();
        }
    }

    @Override
    final void checkTimeout(long now) {
        boolean waiting = channel != null && (!connected || exchange.outstanding() > 0);
        if (waiting && now - waitingSince > loop.timeoutNanos()) {
            broken(new SocketTimeoutException(connected ? "no answer" : "not connected"));
        }
    }

    private void broken(IOException failure) {
        failed(exchange.outstanding(), failure);
    }

    @Override
    final void close() {
        connected = false;
        exchange.reset();
        key = null;
        SocketChannel open = channel;
        channel = null;
        if (open != null) {
            loop.close(open);
        }
    }
}
