package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sends datagrams and waits for their echoes.
 *
 * <p>The first eight bytes of each datagram are its sequence number, so that loss, reordering and duplicates are told
 * apart. A payload too short for one can only be sent one datagram at a time.
 */
final class DatagramClient extends Client {
    private static final int SEQUENCE_BYTES = Long.BYTES;
    /** A ring remembers the fate of at least this many datagrams, to know a duplicate from a late one. */
    private static final int SHORTEST_MEMORY = 64;

    /** What became of a datagram: it is awaited, or was answered, or has been given up. */
    private enum Fate {
        AWAITED,
        ANSWERED,
        LOST
    }

    private final ByteBuffer outgoing;
    private final ByteBuffer expected;
    private final int sequenceBytes;
    private final int mask;
    private final long[] sequences;
    private final long[] intended;
    private final long[] begun;
    private final @Nullable Fate[] fates;

    private @Nullable DatagramChannel channel;
    private @Nullable SelectionKey key;
    private long next;
    private long nextToSend;
    private long highestAnswered = -1;
    private int outstanding;

    DatagramClient(ClientLoop loop, Meter meter) {
        super(loop, meter);
        this.outgoing = loop.payloadCopies().duplicate().limit(loop.payload().size());
        this.expected = outgoing.duplicate();
        this.sequenceBytes = outgoing.limit() < SEQUENCE_BYTES ? 0 : SEQUENCE_BYTES;
        int memory = Integer.highestOneBit(Math.max(SHORTEST_MEMORY, 8 * loop.depth()));
        this.mask = memory - 1;
        this.sequences = new long[memory];
        this.intended = new long[memory];
        this.begun = new long[memory];
        this.fates = new Fate[memory];
    }

    @Override
    void start() {
        try {
            DatagramChannel opening = DatagramChannel.open();
            channel = opening;
            opening.configureBlocking(false);
            opening.connect(loop.target());
            key = loop.register(opening, SelectionKey.OP_READ, this);
            settled();
        } catch (IOException e) {
            failed(0, e);
            return;
        }
        for (int i = 0; i < loop.depth(); i++) {
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
        if (sequenceBytes > 0) {
            outgoing.putLong(0, nextToSend);
        }
        return open.write(outgoing.rewind()) > 0;
    }

    @Override
    void ready() {
        flush();
        try {
            ByteBuffer buffer = loop.receiveBuffer();
            while (channel != null && channel.read(buffer) > 0) {
                received(buffer.flip());
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
            missed(0, ErrorKind.WRONG_BYTES, "a datagram that was never sent");
        } else if (fates[slot] == Fate.AWAITED) {
            fates[slot] = Fate.ANSWERED;
            outstanding--;
            awaited(datagram, sequence);
            loop.next(this);
        } else {
            meter.noticed(fates[slot] == Fate.LOST ? ErrorKind.LATE : ErrorKind.DUPLICATE);
        }
    }

    private void awaited(ByteBuffer datagram, long sequence) {
        if (sequence < highestAnswered) {
            meter.noticed(ErrorKind.REORDERED);
        }
        highestAnswered = Math.max(highestAnswered, sequence);
        expected.position(sequenceBytes);
        datagram.position(Math.min(sequenceBytes, datagram.limit()));
        if (expected.equals(datagram)) {
            succeeded(intended[slot(sequence)]);
        } else {
            missed(1, ErrorKind.WRONG_BYTES, "datagram " + sequence + " came back changed");
        }
    }

    /** The number in the datagram; without one, the answer can only be for the latest. */
    private long sequenceOf(ByteBuffer datagram) {
        if (sequenceBytes == 0) {
            return next - 1;
        }
        return datagram.remaining() < sequenceBytes ? -1 : datagram.getLong(datagram.position());
    }

    @Override
    void checkTimeout(long now) {
        for (int slot = 0; slot <= mask && outstanding > 0; slot++) {
            if (fates[slot] == Fate.AWAITED && now - begun[slot] > loop.timeoutNanos()) {
                fates[slot] = Fate.LOST;
                outstanding--;
                missed(1, ErrorKind.LOST, "no answer in time");
                loop.next(this);
            }
        }
        flush();
    }

    @Override
    void close() {
        outstanding = 0;
        Arrays.fill(fates, null);
        key = null;
        DatagramChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // That it was broken already is no news.
            }
        }
    }

    private int slot(long sequence) {
        return (int) sequence & mask;
    }
}
