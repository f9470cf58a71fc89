package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import java.net.ProtocolException;
import java.util.Locale;

/**
 * A name of DNS as text, in lower case and without the dot at the end; the root is empty. Inside a label, a dot is
 * written as {@code \046}, and a backslash twice.
 */
final class DnsName {
    /** How many bytes a name has at most in a message, and each of its labels. */
    private static final int MOST_BYTES = 255;

    private static final int MOST_IN_LABEL = 63;
    private static final int MOST_LABELS = 127; // that fit into MOST_BYTES, hence the pointers that a name can need
    private static final int POINTER = 0xC0; // the two highest bits of a label's length

    private DnsName() {}

    /**
     * Reads a name. Where a part of it was in the message before, there may be a pointer, which leads backwards, each
     * one further than the last: so this ends.
     *
     * @param message from its first byte on; the name begins at its reader index
     * @throws ProtocolException if there is no name
     */
    static String read(ByteBuf message) throws ProtocolException {
        var name = new StringBuilder();
        int bytes = 1; // of the name, with the last length, 0
        int least = message.readerIndex(); // where a pointer must not lead, nor behind it
        int end = -1; // of the name in the message, once a pointer was followed
        int pointers = 0;
        int length = next(message);
        while (length > 0) {
            if ((length & POINTER) == POINTER) {
                int target = ((length & ~POINTER) << 8) | next(message);
                end = end < 0 ? message.readerIndex() : end;
                require(target < least, "a pointer that does not lead backwards");
                require(++pointers <= MOST_LABELS, "too many pointers");
                least = target;
                message.readerIndex(target);
            } else {
                bytes += 1 + length;
                require(length <= MOST_IN_LABEL && bytes <= MOST_BYTES, "a name that is too long");
                require(message.readableBytes() >= length, "a name that is cut off");
                append(message.readCharSequence(length, ISO_8859_1), name);
            }
            length = next(message);
        }
        if (end >= 0) {
            message.readerIndex(end);
        }
        return name.toString();
    }

    private static int next(ByteBuf message) throws ProtocolException {
        require(message.isReadable(), "a name that is cut off");
        return message.readUnsignedByte();
    }

    private static void require(boolean condition, String otherwise) throws ProtocolException {
        if (!condition) {
            throw new ProtocolException(otherwise);
        }
    }

    private static void append(CharSequence label, StringBuilder name) {
        if (name.length() > 0) {
            name.append('.');
        }
        for (int i = 0; i < label.length(); i++) {
            char next = label.charAt(i);
            if (next == '.') {
                name.append("\\046");
            } else if (next == '\\') {
                name.append("\\\\");
            } else {
                name.append(next >= 'A' && next <= 'Z' ? (char) (next + ('a' - 'A')) : next);
            }
        }
    }

    /**
     * Returns a name in the form in which it is kept.
     *
     * @throws IllegalArgumentException if it is no name that a host, or a service, may have
     */
    static String of(String text) {
        String name = text.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
        boolean isName = name.isEmpty() || name.matches("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");
        if (!isName || name.length() > MOST_BYTES - 2) {
            throw new IllegalArgumentException("not a name: " + text);
        }
        return name;
    }

    /** Returns how many bytes a name of {@link #of} has in a message. */
    static int length(String name) {
        return name.isEmpty() ? 1 : name.length() + 2;
    }

    /** Writes a name of {@link #of}. */
    static void write(String name, ByteBuf to) {
        if (!name.isEmpty()) {
            for (String label : name.split("\\.", -1)) {
                to.writeByte(label.length()).writeCharSequence(label, ISO_8859_1);
            }
        }
        to.writeByte(0);
    }

    /** Returns whether a name is another one, or below it. */
    static boolean isIn(String name, String ancestor) {
        return name.equals(ancestor) || ancestor.isEmpty() || name.endsWith("." + ancestor);
    }

    /** Returns the name above; the root's is the root. */
    static String parent(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }
}
