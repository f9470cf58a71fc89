package dev.socketserver.net;

import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Type-length-value vectors, one after the other: a type of one byte, a length of two, the value. Kept as received and
 * searched on demand, since a header may hold thousands and most are never looked at. Immutable and thread-safe.
 */
final class TlvBlock {
    static final TlvBlock EMPTY = new TlvBlock(new byte[0]);

    private static final int PREFIX_LENGTH = 3;

    private final byte[] bytes;

    private TlvBlock(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies the readable bytes.
     *
     * @throws ProxyProtocolException if the last vector does not end where the bytes do
     */
    static TlvBlock copyOf(ByteBuf in) throws ProxyProtocolException {
        check(in);
        return copyOfChecked(in);
    }

    /**
     * Checks that the readable bytes are whole vectors.
     *
     * @throws ProxyProtocolException if the last vector does not end where the bytes do
     */
    static void check(ByteBuf in) throws ProxyProtocolException {
        if (!isWhole(in)) {
            throw new ProxyProtocolException("an extension of the PROXY header is cut off");
        }
    }

    /** Returns whether the readable bytes are whole vectors. */
    static boolean isWhole(ByteBuf in) {
        int at = in.readerIndex();
        while (in.writerIndex() - at >= PREFIX_LENGTH) {
            at += PREFIX_LENGTH + in.getUnsignedShort(at + 1);
        }
        return at == in.writerIndex();
    }

    /** Copies the readable bytes, which are known to be whole vectors. */
    static TlvBlock copyOfChecked(ByteBuf in) {
        byte[] bytes = new byte[in.readableBytes()];
        in.getBytes(in.readerIndex(), bytes);
        return new TlvBlock(bytes);
    }

    private int typeAt(int at) {
        return Byte.toUnsignedInt(bytes[at]);
    }

    private int lengthAt(int at) {
        return Byte.toUnsignedInt(bytes[at + 1]) << Byte.SIZE | Byte.toUnsignedInt(bytes[at + 2]);
    }

    private int next(int at) {
        return at + PREFIX_LENGTH + lengthAt(at);
    }

    /** Returns where the first vector of a type begins, or -1. */
    private int find(int type) {
        for (int at = 0; at < bytes.length; at = next(at)) {
            if (typeAt(at) == type) {
                return at;
            }
        }
        return -1;
    }

    boolean isEmpty() {
        return bytes.length == 0;
    }

    /** Returns how many vectors of a type there are. */
    int count(int type) {
        int count = 0;
        for (int at = 0; at < bytes.length; at = next(at)) {
            if (typeAt(at) == type) {
                count++;
            }
        }
        return count;
    }

    /** Returns where the first value of a type begins, or -1. */
    int offset(int type) {
        int at = find(type);
        return at == -1 ? -1 : at + PREFIX_LENGTH;
    }

    /** Returns the length of the first value of a type, or -1. */
    int length(int type) {
        int at = find(type);
        return at == -1 ? -1 : lengthAt(at);
    }

    /** Returns a copy of the first value of a type, or null. */
    byte @Nullable [] value(int type) {
        int at = find(type);
        return at == -1 ? null : Arrays.copyOfRange(bytes, at + PREFIX_LENGTH, next(at));
    }

    Optional<String> text(int type, Charset charset) {
        byte[] value = value(type);
        return value == null ? Optional.empty() : Optional.of(new String(value, charset));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TlvBlock block && Arrays.equals(bytes, block.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Returns type and length of each vector, of many the first. */
    @Override
    public String toString() {
        var text = new StringJoiner(", ", "[", "]");
        int shown = 0;
        for (int at = 0; at < bytes.length; at = next(at)) {
            if (shown++ == 20) {
                return text.add("...").toString();
            }
            text.add("0x" + Integer.toHexString(typeAt(at)) + ": " + lengthAt(at) + " bytes");
        }
        return text.toString();
    }
}
