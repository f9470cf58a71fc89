package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The requests on one stream: how much is still to be sent, and which bytes are still to come back. Confined to its
 * loop's thread; allocates nothing once made.
 */
final class Exchange {
    private final int size;
    private final int depth;
    /** Views of the same bytes: the payload, once or several times. */
    private final ByteBuffer outgoing;

    private final ByteBuffer expected;
    /** A ring of the times at which the outstanding requests were meant to begin. */
    private final long[] intended;

    private int oldest;
    private int outstanding;
    /** Where in the payload the next byte to send, and the next one to receive, is. */
    private int sendOffset;

    private int receiveOffset;
    private long unsent;

    /** For up to {@code depth} requests of {@code size} bytes at a time; {@code copies} begins with one of them. */
    Exchange(ByteBuffer copies, int size, int depth) {
        this.depth = depth;
        this.size = size;
        this.outgoing = copies.duplicate();
        this.expected = copies.duplicate();
        this.intended = new long[depth];
    }

    /** One more request, to be sent with the next {@link #send}. */
    void ask(long meantToBegin) {
        intended[(oldest + outstanding) % depth] = meantToBegin;
        outstanding++;
        unsent += size;
    }

    /** Sends what the wire takes of what was asked, but no more than {@code limit} bytes. */
    void send(Wire wire, int limit) throws IOException {
        long allowed = Math.min(unsent, limit);
        boolean taken = true;
        while (taken && allowed > 0) {
            int piece = (int) Math.min(allowed, outgoing.capacity() - sendOffset);
            outgoing.limit(sendOffset + piece).position(sendOffset);
            int sent = wire.write(outgoing);
            taken = sent == piece;
            allowed -= sent;
            unsent -= sent;
            sendOffset = (sendOffset + sent) % size;
        }
    }

    /**
     * Compares {@code answer} with what was sent and consumes it.
     *
     * @return how many requests it completes; each is to be taken with {@link #takeAnswered}
     * @throws WrongBytesException if a byte differs, or none was to come any more
     */
    int check(ByteBuffer answer) throws WrongBytesException {
        int answered = 0;
        while (answer.hasRemaining()) {
            int piece = Math.min(answer.remaining(), size - receiveOffset);
            if (answered == outstanding) {
                throw new WrongBytesException(answer.remaining() + " more bytes than asked for");
            }
            expected.limit(receiveOffset + piece).position(receiveOffset);
            int wrong = expected.mismatch(answer);
            if (wrong >= 0 && wrong < piece) {
                throw wrongByte(receiveOffset + wrong, answer.get(answer.position() + wrong));
            }
            answer.position(answer.position() + piece);
            receiveOffset += piece;
            if (receiveOffset == size) {
                receiveOffset = 0;
                answered++;
            }
        }
        return answered;
    }

    private WrongBytesException wrongByte(int index, byte actual) {
        return new WrongBytesException(
                "byte %d was 0x%02x, expected 0x%02x".formatted(index, actual, expected.get(index)));
    }

    /** Takes the oldest request, which was answered; returns the time at which it was meant to begin. */
    long takeAnswered() {
        long meantToBegin = intended[oldest];
        oldest = (oldest + 1) % depth;
        outstanding--;
        return meantToBegin;
    }

    /** The number of requests that are not answered yet. */
    int outstanding() {
        return outstanding;
    }

    /** The number of bytes that are still to be sent. */
    long unsent() {
        return unsent;
    }

    /** For a new connection: nothing was asked, nothing is to come. */
    void reset() {
        oldest = 0;
        outstanding = 0;
        sendOffset = 0;
        receiveOffset = 0;
        unsent = 0;
    }
}
