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
 *            open()              handshake done          greeting received
 *   CLOSED ----------> CONNECTING ------------> GREETED ------------------> OPEN
 *     ^                    |                       |     (at once if none)    |
 *     +--------------------+-----------------------+--------------------------+   close()
 * </pre>
 */
abstract class StreamClient extends Client {
    private enum State {
        CLOSED,
        CONNECTING,
        GREETED,
        OPEN
    }

    private static final PreparedRequest NOTHING = new PreparedRequest(ByteBuffer.allocate(0), null);

    final Pipeline pipeline;
    private final @Nullable AnswerReader greeting;
    /** Null when closed, like the key. */
    private @Nullable Wire wire;

    private @Nullable SelectionKey key;
    private State state = State.CLOSED;
    /** When the client's current wait began: for the connection, or for the oldest answer. */
    private long waitingSince;

    StreamClient(ClientLoop loop, StatsRecorder stats) {
        super(loop, stats);
        LoadPlan plan = loop.plan();
        Answer first = plan.greeting();
        this.pipeline = new Pipeline(loop.requests(), plan.script().answer(), plan.depth());
        this.greeting = first == null ? null : AnswerReader.of(first);
    }

    /** Called when the connection can be used. */
    abstract void opened();

    /** Called when the oldest request, scheduled for {@code intended}, was answered. */
    abstract void answered(long intended);

    /** Returns how many bytes may be sent now. */
    long sendLimit() {
        return Long.MAX_VALUE;
    }

    /** Connects. A loopback peer has often accepted before the first call returns; then no selector is needed. */
    final void open() {
        waitingSince = loop.now();
        state = State.CONNECTING;
        try {
            Wire opening = loop.connector().open();
            wire = opening;
            if (opening.connect(loop.plan().target())) {
                key = loop.register(opening.channel(), SelectionKey.OP_READ, this);
                connected();
            } else {
                key = loop.register(opening.channel(), opening.connectInterest(), this);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    private void connected() {
        stats.connected(loop.tick() - waitingSince);
        settled();
        state = State.GREETED;
        if (greeting == null) {
            becomeOpen();
        }
    }

    private void becomeOpen() {
        state = State.OPEN;
        opened();
        flush();
    }

    /** Sends pending requests; the rest, if any, when the channel is writable again. */
    @Override
    final void flush() {
        Wire open = wire;
        SelectionKey registered = key;
        if (state != State.OPEN || open == null || registered == null) {
            return;
        }
        try {
            long limit = sendLimit();
            long sent = pipeline.send(open, limit);
            stats.sent(sent);
            boolean done = open.flushed() && (!pipeline.hasUnsent() || sent == limit);
            int interest = done ? SelectionKey.OP_READ : SelectionKey.OP_READ | open.writeInterest();
            if (registered.interestOps() != interest) {
                registered.interestOps(interest);
            }
        } catch (IOException e) {
            broken(e);
        }
    }

    /** Adds a request, which the next {@link #flush} sends. */
    final void ask(long intended) {
        if (pipeline.outstanding() == 0) {
            waitingSince = loop.now();
        }
        pipeline.ask(intended);
    }

    @Override
    final void ready() {
        Wire open = wire;
        SelectionKey registered = key;
        if (open == null || registered == null) {
            return;
        }
        try {
            if (state == State.CONNECTING) {
                goOnConnecting(open, registered);
                return;
            }
            boolean readable = registered.isReadable();
            if (pipeline.hasUnsent() || registered.isWritable()) {
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

    /** Reads all available input before it sends more, so that no request is answered before the clock is read. */
    private void receive(Wire open) throws IOException {
        boolean answers = false;
        do {
            ByteBuffer buffer = loop.receiveBuffer();
            int count = open.read(buffer);
            if (count < 0) {
                ended();
                return;
            }
            stats.received(count);
            answers |= read(buffer.flip());
        } while (wire == open && open.mayHoldMore());
        if (answers) {
            flush();
        }
    }

    /** Returns whether the bytes completed an answer. */
    private boolean read(ByteBuffer received) throws IOException {
        if (state == State.GREETED && greeting != null) {
            if (!greeting.read(received, NOTHING)) {
                return false;
            }
            becomeOpen();
        }
        int complete = pipeline.read(received);
        if (complete > 0) {
            waitingSince = loop.now();
        }
        for (int i = 0; i < complete; i++) {
            answered(pipeline.takeAnswered());
        }
        return complete > 0;
    }

    /** Called when the peer has closed the connection, which may complete an answer. */
    private void ended() throws IOException {
        if (!pipeline.readEnd()) {
            int left = pipeline.outstanding();
            throw new EOFException("closed with " + left + (left == 1 ? " answer" : " answers") + " outstanding"
                    + pipeline.partialAnswer());
        }
        answered(pipeline.takeAnswered());
    }

    @Override
    void checkTimeout(long now) {
        boolean waiting = wire != null && (state != State.OPEN || pipeline.outstanding() > 0);
        if (waiting && now - waitingSince > loop.timeoutNanos()) {
            broken(new SocketTimeoutException(
                    switch (state) {
                        case CONNECTING, CLOSED -> "not connected";
                        case GREETED -> "no greeting";
                        case OPEN -> "no answer" + pipeline.partialAnswer();
                    }));
        }
    }

    /** Restarts the wait, because something was sent. */
    final void waitAnew(long now) {
        waitingSince = now;
    }

    final boolean isOpen() {
        return state == State.OPEN;
    }

    private void broken(IOException failure) {
        failed(pipeline.outstanding(), failure);
    }

    @Override
    final void close() {
        state = State.CLOSED;
        pipeline.reset();
        if (greeting != null) {
            greeting.reset();
        }
        key = null;
        Wire open = wire;
        wire = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // The connection was already broken.
            }
        }
    }
}
