package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The requests in flight on one stream: the bytes still to be sent, and the outstanding answers. Confined to its client
 * loop; allocates nothing after its creation, unless messages have placeholders.
 */
final class Pipeline {
    private final RequestSource source;
    private final AnswerReader reader;
    /** Ring buffers of the outstanding requests and their scheduled times; the length is a power of two. */
    private final @Nullable PreparedRequest[] requests;

    private final long[] intended;

    private final int mask;
    private int oldest;
    private int outstanding;
    /** The number of newest requests that have not been sent completely. */
    private int unsent;
    /** The number of bytes of the first of them that were sent. */
    private int sentBytes;
    /** The number of requests created from the script. */
    private int turn;

    Pipeline(RequestSource source, Answer rule, int depth) {
        this.source = source;
        this.reader = AnswerReader.of(rule);
        int capacity = depth == 1 ? 1 : 2 * Integer.highestOneBit(depth - 1);
        this.requests = new PreparedRequest[capacity];
        this.intended = new long[capacity];
        this.mask = capacity - 1;
    }

    /** Adds a request, which the next {@link #send} sends. */
    void ask(long meantToBegin) {
        int slot = (oldest + outstanding) & mask;
        requests[slot] = source.next(turn++);
        intended[slot] = meantToBegin;
        outstanding++;
        unsent++;
    }

    /**
     * Sends as many bytes as the wire accepts, at most {@code limit}.
     *
     * @return the number of bytes sent
     */
    long send(Wire wire, long limit) throws IOException {
        long left = limit;
        boolean taken = true;
        while (taken && unsent > 0 && left > 0) {
            ByteBuffer batch = batch();
            int size = (int) Math.min(batch.remaining(), left);
            batch.limit(batch.position() + size);
            int sent = wire.write(batch);
            advance(sent);
            left -= sent;
            taken = sent == size;
        }
        return limit - left;
    }

    /** Returns the next bytes to send. */
    private ByteBuffer batch() {
        int first = oldest + outstanding - unsent;
        if (source.hasOneMessage()) {
            ByteBuffer copies = source.copies();
            return copies.limit((int) Math.min(copies.capacity(), (long) unsent * source.size()))
                    .position(sentBytes);
        }
        ByteBuffer batch = source.scratch();
        int offset = sentBytes;
        for (int i = 0; i < unsent && batch.hasRemaining(); i++) {
            ByteBuffer message = request(first + i).message();
            int piece = Math.min(batch.remaining(), message.capacity() - offset);
            batch.put(message.clear().slice(offset, piece));
            offset = 0;
        }
        return batch.flip();
    }

    private void advance(int bytes) {
        sentBytes += bytes;
        if (source.hasOneMessage()) {
            unsent -= sentBytes / source.size();
            sentBytes %= source.size();
            return;
        }
        while (unsent > 0) {
            int size = request(oldest + outstanding - unsent).message().capacity();
            if (sentBytes < size) {
                return;
            }
            sentBytes -= size;
            unsent--;
        }
    }

    private PreparedRequest request(int index) {
        return Objects.requireNonNull(requests[index & mask]);
    }

    /**
     * Reads answers and consumes them.
     *
     * @return the number of complete answers; take each with {@link #takeAnswered}
     * @throws WrongAnswerException if an answer is wrong or unexpected
     */
    int read(ByteBuffer received) throws WrongAnswerException {
        int answered = 0;
        while (received.hasRemaining()) {
            if (answered == outstanding) {
                throw new WrongAnswerException(
                        received.remaining() + " more bytes than asked for: " + Answer.quote(received));
            }
            if (reader.read(received, request(oldest + answered))) {
                answered++;
            }
        }
        return answered;
    }

    /** Returns whether the oldest answer is complete because the peer has closed the connection. */
    boolean readEnd() throws WrongAnswerException {
        return outstanding > 0 && reader.readEnd(request(oldest));
    }

    /** Takes the oldest request, which was answered; returns its scheduled time. */
    long takeAnswered() {
        long meantToBegin = intended[oldest];
        oldest = (oldest + 1) & mask;
        outstanding--;
        return meantToBegin;
    }

    /**
     * Returns the arrived part of the oldest answer, as the final clause of a message; empty if nothing has arrived.
     */
    String partialAnswer() {
        ByteBuffer partial = outstanding == 0 ? ByteBuffer.allocate(0) : reader.partial(request(oldest));
        return partial.hasRemaining() ? " after " + Answer.quote(partial) : "";
    }

    /** Returns the number of unanswered requests. */
    int outstanding() {
        return outstanding;
    }

    /** Returns whether there is anything to send. */
    boolean hasUnsent() {
        return unsent > 0;
    }

    /** Restarts with the first message of the script. */
    void startOver() {
        turn = 0;
    }

    /** Discards all requests, for a new connection. */
    void reset() {
        oldest = 0;
        outstanding = 0;
        unsent = 0;
        sentBytes = 0;
        reader.reset();
    }
}
