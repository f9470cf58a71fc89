package dev.socketserver.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.Framing;
import io.netty.buffer.ByteBuf;
import java.net.ProtocolException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * RESP2, the protocol of Redis. A command is an array of strings, {@code *2\r\n$3\r\nGET\r\n$1\r\nk\r\n}, or a line,
 * {@code GET k}. Strings are bytes, each of which is a character here.
 */
public final class Resp {
    static final int LONGEST = 1 << 20; // bytes of a command
    private static final int LONGEST_LINE = 1 << 16;
    private static final int MOST_WORDS = 1 << 10;
    private static final int MOST_DIGITS = 7; // of LONGEST

    private static final String END = "\r\n";
    private static final String[] NOTHING = {};
    private static final int INCOMPLETE = -1;

    static final String OK = "+OK\r\n";
    static final String NULL = "$-1\r\n";

    /** Where a command ends; what is none is left to {@link #read}. For the configuration of the server. */
    public static final Framing FRAMING = (received, known) -> {
        try {
            return received.getByte(received.readerIndex()) == '*' ? skip(received) : hasLine(received);
        } catch (ProtocolException e) {
            return true;
        }
    };

    private Resp() {}

    // ---- commands

    /**
     * Removes a command from what was received.
     *
     * @return its words, none if it is empty; null if its end is missing
     * @throws ProtocolException if it is no command
     */
    static String @Nullable [] read(ByteBuf received) throws ProtocolException {
        if (!received.isReadable()) {
            return null;
        } else if (received.getByte(received.readerIndex()) != '*') {
            return readLine(received);
        }
        int begin = received.readerIndex();
        int count = readLength(received, '*', MOST_WORDS);
        if (count == INCOMPLETE) {
            return null;
        }
        var words = new String[count];
        for (int i = 0; i < count; i++) {
            int length = readLength(received, '$', LONGEST);
            checkSize(received.readerIndex() - begin + length);
            if (length == INCOMPLETE || received.readableBytes() < length + END.length()) {
                return null;
            }
            words[i] = received.toString(received.readerIndex(), length, ISO_8859_1);
            received.skipBytes(length);
            if (received.readShort() != ('\r' << 8 | '\n')) {
                throw new ProtocolException("a string does not end where it says");
            }
        }
        return words;
    }

    /** Returns whether an array is there, or is too long to be awaited. */
    private static boolean skip(ByteBuf received) throws ProtocolException {
        int begin = received.readerIndex();
        int count = readLength(received, '*', MOST_WORDS);
        for (int i = 0; i < count; i++) {
            int length = readLength(received, '$', LONGEST);
            checkSize(received.readerIndex() - begin + length);
            if (length == INCOMPLETE || received.readableBytes() < length + END.length()) {
                return false;
            }
            received.skipBytes(length + END.length());
        }
        return count != INCOMPLETE;
    }

    private static void checkSize(int bytes) throws ProtocolException {
        if (bytes > LONGEST) {
            throw new ProtocolException("too big a command");
        }
    }

    private static boolean hasLine(ByteBuf received) {
        return received.bytesBefore((byte) '\n') >= 0 || received.readableBytes() > LONGEST_LINE;
    }

    private static String @Nullable [] readLine(ByteBuf received) throws ProtocolException {
        int length = received.bytesBefore((byte) '\n');
        if (length > LONGEST_LINE || (length < 0 && received.readableBytes() > LONGEST_LINE)) {
            throw new ProtocolException("too big inline request");
        } else if (length < 0) {
            return null;
        }
        String line =
                received.readCharSequence(length + 1, ISO_8859_1).toString().strip();
        String[] words = line.isEmpty() ? NOTHING : line.split("\\s+", -1);
        if (words.length > MOST_WORDS) {
            throw new ProtocolException("too many words");
        }
        return words;
    }

    /** Reads a line that consists of a type and a length, such as {@code $3}. */
    private static int readLength(ByteBuf received, char type, int most) throws ProtocolException {
        int begin = received.readerIndex();
        int end = received.writerIndex();
        if (begin < end && received.getByte(begin) != type) {
            throw new ProtocolException("expected '" + type + "', got '" + (char) received.getByte(begin) + "'");
        }
        int length = 0;
        for (int i = begin + 1; i < end; i++) {
            int digit = received.getByte(i) - '0';
            if (digit == '\r' - '0' && i > begin + 1) {
                received.readerIndex(Math.min(end, i + END.length()));
                return i + 1 == end ? INCOMPLETE : length;
            } else if (digit < 0 || digit > 9 || i > begin + MOST_DIGITS) {
                throw new ProtocolException("invalid length");
            }
            length = 10 * length + digit;
            if (length > most) {
                throw new ProtocolException("invalid length");
            }
        }
        return INCOMPLETE;
    }

    // ---- replies

    static String error(String message) {
        return "-" + message + END;
    }

    static String integer(long value) {
        return ":" + value + END;
    }

    static String string(@Nullable String value) {
        return value == null ? NULL : "$" + value.length() + END + value + END;
    }

    static String array(Collection<String> values) {
        var reply = new StringBuilder().append('*').append(values.size()).append(END);
        values.forEach(value -> reply.append(string(value)));
        return reply.toString();
    }

    /** Returns a message about a channel, whose last part is a string or a number as it is sent. */
    static String push(String kind, @Nullable String channel, String last) {
        return "*3" + END + string(kind) + string(channel) + last;
    }
}
