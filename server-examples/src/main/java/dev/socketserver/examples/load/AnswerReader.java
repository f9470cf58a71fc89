package dev.socketserver.examples.load;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Finds and checks the answers in the input of one connection. Confined to its client loop. */
abstract class AnswerReader {
    /** The maximum number of bytes of a wrong answer that are shown. */
    static final int MAX_SHOWN = 120;

    /** Returns a reader for answers of the given kind. */
    static AnswerReader of(Answer rule) {
        return rule.isExact() ? new Exact() : new Delimited(rule);
    }

    /**
     * Consumes bytes of the answer to {@code request}.
     *
     * @return whether the answer is complete; further bytes are not consumed
     * @throws WrongAnswerException if the answer is wrong
     */
    abstract boolean read(ByteBuffer received, PreparedRequest request) throws WrongAnswerException;

    /** Returns whether the answer is complete because the peer has closed the connection. */
    boolean readEnd(PreparedRequest request) throws WrongAnswerException {
        return false;
    }

    /** Returns the beginning of an incomplete answer, empty if nothing has arrived. */
    abstract ByteBuffer partial(PreparedRequest request);

    /** Discards the beginning of an answer. */
    abstract void reset();

    /** Compares each byte as it arrives; stores none. */
    private static final class Exact extends AnswerReader {
        /** How many bytes of the answer have arrived. */
        private int offset;

        @Override
        boolean read(ByteBuffer received, PreparedRequest request) throws WrongAnswerException {
            ByteBuffer expected = Objects.requireNonNull(request.expected());
            int size = expected.capacity();
            int piece = Math.min(received.remaining(), size - offset);
            expected.limit(offset + piece).position(offset);
            int wrong = expected.mismatch(received);
            if (wrong >= 0 && wrong < piece) {
                throw wrongByte(expected, received, wrong);
            }
            received.position(received.position() + piece);
            offset += piece;
            if (offset < size) {
                return false;
            }
            offset = 0;
            return true;
        }

        private WrongAnswerException wrongByte(ByteBuffer expected, ByteBuffer received, int wrong) {
            int index = offset + wrong;
            int from = Math.max(0, index - MAX_SHOWN / 2);
            ByteBuffer shown = ByteBuffer.allocate(index - from + received.remaining() - wrong);
            shown.put(expected.clear().slice(from, index - from));
            shown.put(received.slice(received.position() + wrong, received.remaining() - wrong));
            return new WrongAnswerException("byte %d was 0x%02x, expected 0x%02x, in %s%s"
                    .formatted(
                            index,
                            received.get(received.position() + wrong),
                            expected.get(index),
                            from > 0 ? "..." : "",
                            Answer.quote(shown.flip())));
        }

        @Override
        ByteBuffer partial(PreparedRequest request) {
            return Objects.requireNonNull(request.expected()).clear().slice(0, offset);
        }

        @Override
        void reset() {
            offset = 0;
        }
    }

    /** Searches for the end of each answer; stores the bytes of an incomplete one. */
    private static final class Delimited extends AnswerReader {
        private static final int FIRST_CAPACITY = 256;

        private final Answer rule;
        /** The stored bytes, from 0 to the position. */
        private ByteBuffer kept = ByteBuffer.allocate(0);

        Delimited(Answer rule) {
            this.rule = rule;
        }

        @Override
        boolean read(ByteBuffer received, PreparedRequest request) throws WrongAnswerException {
            int before = kept.position();
            if (before > 0) {
                keep(received);
            }
            ByteBuffer bytes = before > 0 ? kept.duplicate().flip() : received.duplicate();
            int end = rule.endIn(bytes, before);
            if (end < 0) {
                if (before == 0) {
                    keep(received);
                }
                return false;
            }
            int left = bytes.remaining() - end;
            kept.clear();
            received.position(received.limit() - left);
            rule.check(bytes.limit(bytes.position() + end), request.expected());
            return true;
        }

        private void keep(ByteBuffer received) throws WrongAnswerException {
            int size = kept.position() + received.remaining();
            if (size > Message.MAX_SIZE) {
                throw new WrongAnswerException("more than " + Message.MAX_SIZE + " bytes without an end");
            }
            if (size > kept.capacity()) {
                int capacity = Math.max(FIRST_CAPACITY, Math.max(size, 2 * kept.capacity()));
                kept = ByteBuffer.allocate(capacity).put(kept.flip());
            }
            kept.put(received);
        }

        @Override
        boolean readEnd(PreparedRequest request) throws WrongAnswerException {
            if (!rule.isUntilClose() || kept.position() == 0) {
                return false;
            }
            ByteBuffer answer = kept.duplicate().flip();
            kept.clear();
            rule.check(answer, request.expected());
            return true;
        }

        @Override
        ByteBuffer partial(PreparedRequest request) {
            return kept.duplicate().flip();
        }

        @Override
        void reset() {
            kept.clear();
        }
    }
}
