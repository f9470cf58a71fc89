package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.examples.cli.Escapes;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Determines where an answer ends and what it must contain. Immutable and thread-safe.
 *
 * <p>In addition, an answer must equal the expected bytes of its {@link Script.Step}, if any.
 */
public final class Answer {
    /** The answer is the expected bytes. */
    public static final Answer EXACT = new Answer(End.EXPECTED, 0, "", null);
    /** The answer ends when the peer closes the connection. */
    public static final Answer UNTIL_CLOSE = new Answer(End.CLOSE, 0, "", null);

    private static final int MAX_QUOTED = 40;
    private static final int MAX_PREFIX = 4;

    /** The criterion for the end of an answer, with its option. */
    private enum End {
        EXPECTED("expect"),
        LENGTH("expect-length"),
        TERMINATOR("until"),
        FRAME("frame"),
        MATCH("expect-regex"),
        CLOSE("until-close");

        private final String option;

        End(String option) {
            this.option = option;
        }
    }

    private final End end;
    /** The length in bytes, of the answer or of its prefix. */
    private final int length;
    /** Bytes as characters. */
    private final String terminator;

    private final @Nullable Pattern pattern;

    private Answer(End end, int length, String terminator, @Nullable Pattern pattern) {
        this.end = end;
        this.length = length;
        this.terminator = terminator;
        this.pattern = pattern;
    }

    /** Returns the rule that an answer has {@code length} bytes. */
    public static Answer ofLength(int length) {
        require(length >= 1 && length <= Message.MAX_SIZE, "expect-length must be 1 to " + Message.MAX_SIZE, length);
        return new Answer(End.LENGTH, length, "", null);
    }

    /** Returns the rule that an answer ends with these bytes. */
    public static Answer until(byte[] terminator) {
        require(terminator.length > 0, "until must not be empty", "\"\"");
        return new Answer(End.TERMINATOR, 0, new String(terminator, ISO_8859_1), null);
    }

    /**
     * Returns the rule that an answer begins with its length, big-endian in that many bytes, which are not included.
     */
    public static Answer frame(int prefix) {
        require(prefix >= 1 && prefix <= MAX_PREFIX, "frame must be 1 to " + MAX_PREFIX, prefix);
        return new Answer(End.FRAME, prefix, "", null);
    }

    /** Returns the rule that an answer is what a regular expression matches from its first byte on. */
    public static Answer matching(String regex) {
        return new Answer(End.MATCH, 0, "", compile(regex));
    }

    /** Returns this rule with the additional condition that the answer contains a match of a regular expression. */
    public Answer containing(String regex) {
        return new Answer(end, length, terminator, compile(regex));
    }

    /** Bytes are matched as characters, so the expression is converted in the same way. */
    private static Pattern compile(String regex) {
        return Pattern.compile(new String(regex.getBytes(UTF_8), ISO_8859_1));
    }

    private static void require(boolean condition, String rule, Object value) {
        if (!condition) {
            throw new IllegalArgumentException(rule + ": " + value);
        }
    }

    /** Returns whether only the expected bytes determine where an answer ends. */
    boolean isExact() {
        return end == End.EXPECTED;
    }

    /** Returns whether an answer ends with its connection. */
    boolean isUntilClose() {
        return end == End.CLOSE;
    }

    /** Returns the name of the option that determines where an answer ends. */
    String option() {
        return end.option;
    }

    /** Returns whether this rule can be applied to datagrams, which have their own end. */
    boolean suitsDatagrams() {
        return end == End.EXPECTED || end == End.LENGTH || end == End.MATCH;
    }

    /**
     * Returns the length of the answer at the beginning of {@code bytes}, -1 if it is incomplete.
     *
     * @param searched the number of bytes that were available at the last call
     * @throws WrongAnswerException if no further byte can make it an answer
     */
    int endIn(ByteBuffer bytes, int searched) throws WrongAnswerException {
        return switch (end) {
            case LENGTH -> bytes.remaining() >= length ? length : -1;
            case TERMINATOR -> endOfTerminator(bytes, Math.max(0, searched - terminator.length() + 1));
            case FRAME -> endOfFrame(bytes);
            case MATCH -> endOfMatch(bytes);
            case EXPECTED, CLOSE -> -1;
        };
    }

    private int endOfTerminator(ByteBuffer bytes, int from) {
        int size = terminator.length();
        for (int i = from; i <= bytes.remaining() - size; i++) {
            int matched = 0;
            while (matched < size && bytes.get(bytes.position() + i + matched) == (byte) terminator.charAt(matched)) {
                matched++;
            }
            if (matched == size) {
                return i + size;
            }
        }
        return -1;
    }

    private int endOfFrame(ByteBuffer bytes) throws WrongAnswerException {
        if (bytes.remaining() < length) {
            return -1;
        }
        long body = 0;
        for (int i = 0; i < length; i++) {
            body = body << Byte.SIZE | (bytes.get(bytes.position() + i) & 0xff);
        }
        if (length + body > Message.MAX_SIZE) {
            throw new WrongAnswerException("a frame announces " + body + " bytes");
        }
        return bytes.remaining() >= length + body ? (int) (length + body) : -1;
    }

    private int endOfMatch(ByteBuffer bytes) throws WrongAnswerException {
        if (pattern == null) {
            throw new IllegalStateException("a match without a pattern");
        }
        String text = ISO_8859_1.decode(bytes.duplicate()).toString();
        Matcher matcher = pattern.matcher(text);
        if (matcher.lookingAt() && matcher.end() > 0) {
            return matcher.end();
        }
        if (!matcher.hitEnd()) {
            throw new WrongAnswerException(quote(bytes.duplicate()) + " does not match " + pattern);
        }
        return -1;
    }

    /** Checks a complete answer; consumes the bytes. */
    void check(ByteBuffer answer, @Nullable ByteBuffer expected) throws WrongAnswerException {
        if (expected != null && !answer.equals(expected.rewind())) {
            throw new WrongAnswerException(quote(answer) + " instead of " + quote(expected));
        }
        if (pattern != null && end != End.MATCH) {
            ByteBuffer shown = answer.duplicate();
            if (!pattern.matcher(ISO_8859_1.decode(answer)).find()) {
                throw new WrongAnswerException(quote(shown) + " does not contain " + pattern);
            }
        }
    }

    /** Returns the bytes as text in quotation marks, only the first ones if there are many. */
    static String quote(ByteBuffer bytes) {
        byte[] first = new byte[Math.min(bytes.remaining(), AnswerReader.MAX_SHOWN + 1)];
        bytes.duplicate().get(first);
        return Escapes.quote(first, AnswerReader.MAX_SHOWN);
    }

    @Override
    public String toString() {
        String text = switch (end) {
            case EXPECTED -> "the expected bytes";
            case LENGTH -> length + " bytes";
            case TERMINATOR -> "up to " + Escapes.quote(terminator.getBytes(ISO_8859_1), MAX_QUOTED);
            case FRAME -> "a frame with a length of " + length + " bytes";
            case MATCH -> "a match of " + pattern;
            case CLOSE -> "up to the end of the connection";
        };
        return pattern == null || end == End.MATCH ? text : text + " with a match of " + pattern;
    }
}
