package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends datagrams and waits for their answers.
 *
 * <p>A {@link Script} may allow replacing the first eight bytes of each datagram with a sequence number, to distinguish
 * loss, reordering and duplicates. Otherwise one datagram is sent at a time, and after a loss the socket is replaced,
 * so that a late answer is not mistaken for the next one.
 */
final class DatagramClient extends Client {
    private static final int SEQUENCE_BYTES = Long.BYTES;
    /** The state of at least this many datagrams is remembered, to distinguish duplicates from late answers. */
    private static final int SHORTEST_MEMORY = 64;

    /** The state of a datagram. */
    private enum Fate {
        AWAITED,
        ANSWERED,
        LOST
    }

    private final LoadPlan plan;
    private final AnswerReader reader;
    /** Whether datagrams begin with their sequence number. */
    private final boolean numbered;

    private final int mask;
    private final long[] sequences;
    private final long[] intended;
    private final long[] begun;
    private final @Nullable PreparedRequest[] requests;
    private final @Nullable Fate[] fates;

    private @Nullable DatagramChannel channel;
    private @Nullable SelectionKey key;
    private long next;
    private long nextToSend;
    private long highestAnswered = -1;
    private int outstanding;
    private int turn;

    DatagramClient(ClientLoop loop, StatsRecorder stats) {
        super(loop, stats);
        this.plan = loop.plan();
        this.reader = AnswerReader.of(plan.script().answer());
        this.numbered = plan.script().numbersDatagrams()
                && plan.script().steps().get(0).message().size() >= SEQUENCE_BYTES;
        int memory = Integer.highestOneBit(Math.max(SHORTEST_MEMORY, 8 * plan.depth()));
        this.mask = memory - 1;
        this.sequences = new long[memory];
        this.intended = new long[memory];
        this.begun = new long[memory];
        this.requests = new PreparedRequest[memory];
        this.fates = new Fate[memory];
    }

    @Override
    void start() {
        try {
            DatagramChannel opening = DatagramChannel.open();
            channel = opening;
            opening.configureBlocking(false);
            opening.connect(plan.target());
            key = loop.register(opening, SelectionKey.OP_READ, this);
            settled();
        } catch (IOException e) {
            failed(0, e);
            return;
        }
        for (int i = 0; i < plan.depth(); i++) {
            loop.next(this);
        }
        flush();
    }

    @Override
    void begin(long meantToBegin) {
        while (fates[slot(next)] == Fate.AWAITED) {
            next++;
        }
        int slot = slot(next);
        sequences[slot] = next++;
        intended[slot] = meantToBegin;
        begun[slot] = loop.now();
        requests[slot] = loop.requests().next(turn++);
        fates[slot] = Fate.AWAITED;
        outstanding++;
    }

    @Override
    void flush() {
        DatagramChannel open = channel;
        SelectionKey registered = key;
        if (open == null || registered == null) {
            return;
        }
        try {
            while (nextToSend < next) {
                boolean skipped = sequences[slot(nextToSend)] != nextToSend;
                if (!skipped && !send(open)) {
                    break;
                }
                nextToSend++;
            }
            int interest = nextToSend == next ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
            if (registered.interestOps() != interest) {
                registered.interestOps(interest);
            }
        } catch (IOException e) {
            failed(outstanding, e);
        }
    }

    private boolean send(DatagramChannel open) throws IOException {
        ByteBuffer datagram = loop.requests().scratch();
        datagram.put(request(nextToSend).message().clear()).flip();
        if (numbered) {
            datagram.putLong(0, nextToSend);
        }
        int sent = open.write(datagram);
        stats.sent(sent);
        return sent > 0;
    }

    private PreparedRequest request(long sequence) {
        return Objects.requireNonNull(requests[slot(sequence)]);
    }

    @Override
    void ready() {
        flush();
        try {
            ByteBuffer buffer = loop.receiveBuffer();
            while (channel != null && channel.receive(buffer) != null) { // an empty one, too
                stats.received(buffer.flip().remaining());
                received(buffer);
                if (outstanding == 0) {
                    break;
                }
                buffer.clear();
            }
        } catch (IOException e) {
            failed(outstanding, e);
            return;
        }
        flush();
    }

    private void received(ByteBuffer datagram) {
        long sequence = sequenceOf(datagram);
        int slot = slot(sequence);
        if (sequence < 0 || fates[slot] == null || sequences[slot] != sequence) {
            stats.failed(ErrorKind.WRONG_BYTES, 0, "a datagram that was never sent: " + Answer.quote(datagram));
        } else if (fates[slot] == Fate.AWAITED) {
            fates[slot] = Fate.ANSWERED;
            outstanding--;
            awaited(datagram, sequence);
            loop.next(this);
        } else {
            stats.noticed(fates[slot] == Fate.LOST ? ErrorKind.LATE : ErrorKind.DUPLICATE);
        }
    }

    private void awaited(ByteBuffer datagram, long sequence) {
        if (sequence < highestAnswered) {
            stats.noticed(ErrorKind.REORDERED);
        }
        highestAnswered = Math.max(highestAnswered, sequence);
        String wrong = check(datagram, request(sequence));
        if (wrong.isEmpty()) {
            succeeded(intended[slot(sequence)]);
        } else {
            stats.failed(ErrorKind.WRONG_BYTES, 1, wrong);
        }
    }

    /** Returns what is wrong with an answer; empty if it is right. */
    private String check(ByteBuffer datagram, PreparedRequest request) {
        if (numbered) {
            datagram.putLong(0, request.message().getLong(0));
        }
        try {
            if (reader.read(datagram, request) && !datagram.hasRemaining()) {
                return "";
            }
            return "too short or too long: " + Answer.quote(datagram.rewind());
        } catch (WrongAnswerException e) {
            return String.valueOf(e.getMessage());
        } finally {
            reader.reset();
        }
    }

    /** Returns the number in the datagram; without numbers, an answer must be for the latest one that was sent. */
    private long sequenceOf(ByteBuffer datagram) {
        if (!numbered) {
            return nextToSend - 1;
        }
        return datagram.remaining() < SEQUENCE_BYTES ? -1 : datagram.getLong(0);
    }

    @Override
    void checkTimeout(long now) {
        for (int slot = 0; slot <= mask && outstanding > 0; slot++) {
            if (fates[slot] == Fate.AWAITED && now - begun[slot] > loop.timeoutNanos()) {
                fates[slot] = Fate.LOST;
                outstanding--;
                stats.failed(ErrorKind.LOST, 1, "no answer in time");
                if (!numbered) {
                    close();
                    start();
                    return;
                }
                loop.next(this);
            }
        }
        flush();
    }

    @Override
    void close() {
        outstanding = 0;
        nextToSend = next;
        Arrays.fill(fates, null);
        key = null;
        DatagramChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // The socket was already broken.
            }
        }
    }

    private int slot(long sequence) {
        return (int) sequence & mask;
    }
}
