package dev.socketserver.examples.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
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
    /** Null when closed. */
    private @Nullable Wire wire;

    private @Nullable SelectionKey key;
    private boolean connected;
    /** Since when the client waits: for the connection, or for the oldest answer. */
    private long waitingSince;

    StreamClient(ClientLoop loop, Meter meter) {
        super(loop, meter);
        this.exchange = new Exchange(loop.payloadCopies(), loop.payload().size(), loop.depth());
    }

    /** The connection is there. */
    abstract void opened();

    /** The oldest request, meant to begin at {@code intended}, was answered. */
    abstract void answered(long intended);

    /** How many bytes may be sent now. */
    int sendLimit() {
        return Integer.MAX_VALUE;
    }

    /** Connects. A loopback peer has often answered before the first call returns: then no selector is asked. */
    final void open() {
        waitingSince = loop.now();
        try {
            Wire opening = loop.connector().open();
            wire = opening;
            if (opening.connect(loop.target())) {
                key = loop.register(opening.channel(), SelectionKey.OP_READ, this);
                connected();
            } else {
                key = loop.register(opening.channel(), opening.connectInterest(), this);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    private void connected() throws IOException {
        connected = true;
        meter.connected(loop.tick() - waitingSince);
        settled();
        opened();
        flush();
    }

    /** Sends what was asked; the rest, if any, when the channel takes more. */
    @Override
    final void flush() {
        Wire open = wire;
        SelectionKey registered = key;
        if (!connected || open == null || registered == null) {
            return;
        }
        try {
            int limit = sendLimit();
            if (limit > 0 && exchange.unsent() > 0) {
                exchange.send(open, limit);
            }
            boolean heldBack = limit < exchange.unsent();
            boolean done = open.flushed() && (exchange.unsent() == 0 || heldBack);
            int interest = done ? SelectionKey.OP_READ : SelectionKey.OP_READ | open.writeInterest();
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
        Wire open = wire;
        SelectionKey registered = key;
        if (open == null || registered == null) {
            return;
        }
        try {
            if (!connected) {
                goOnConnecting(open, registered);
                return;
            }
            boolean readable = registered.isReadable();
            if (exchange.unsent() > 0 || registered.isWritable()) {
                flush();
            }
            if (readable && wire == open) {
                receive(open);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    private void goOnConnecting(Wire open, SelectionKey registered) throws IOException {
        if (open.finishConnect()) {
            registered.interestOps(SelectionKey.OP_READ);
            connected();
        } else {
            registered.interestOps(open.connectInterest());
        }
    }

    /** Reads all that is there before it asks for more, so that no request is answered before the clock is read. */
    private void receive(Wire open) throws IOException {
        boolean mayAsk = false;
        do {
            ByteBuffer buffer = loop.receiveBuffer();
            if (open.read(buffer) < 0) {
                throw new EOFException(exchange.outstanding() + " answers outstanding");
            }
            int complete = exchange.check(buffer.flip());
            if (complete > 0) {
                mayAsk = true;
                waitingSince = loop.now();
                for (int i = 0; i < complete; i++) {
                    answered(exchange.takeAnswered());
                }
            }
        } while (wire == open && open.mayHoldMore());
        if (mayAsk) {
            flush();
        }
    }

    @Override
    void checkTimeout(long now) {
        boolean waiting = wire != null && (!connected || exchange.outstanding() > 0);
        if (waiting && now - waitingSince > loop.timeoutNanos()) {
            broken(new SocketTimeoutException(connected ? "no answer" : "not connected"));
        }
    }

    /** Something has been sent, so the wait begins anew. */
    final void waitAnew(long now) {
        waitingSince = now;
    }

    final boolean isConnected() {
        return connected;
    }

    private void broken(IOException failure) {
        failed(exchange.outstanding(), failure);
    }

    @Override
    final void close() {
        connected = false;
        exchange.reset();
        key = null;
        Wire open = wire;
        wire = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // That it was broken already is no news.
            }
        }
    }
}
