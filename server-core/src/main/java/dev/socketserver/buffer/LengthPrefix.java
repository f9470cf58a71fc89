package dev.socketserver.buffer;

import dev.socketserver.internal.util.Check;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.ProtocolException;

/**
 * How the messages of a protocol say how long they are, for {@link ByteInput#readFrame(LengthPrefix, int)},
 * {@link ByteOutput#writeFrame(LengthPrefix, ByteBuf)} and {@link dev.socketserver.Framing#frames(LengthPrefix, int)}.
 * A message begins with an unsigned length, or has up to 24 bytes before it, such as a type. Its frame is the message
 * without the length:
 *
 * <pre>
 *   message   │ before │ length │ counted │
 *   frame     │ before │ counted │
 * </pre>
 *
 * <table>
 * <caption>Some protocols</caption>
 * <tr><th>DNS over TCP, ISO 8583</th><td>{@code bigEndian(2)}</td></tr>
 * <tr><th>ISO 8583, where the length includes itself</th><td>{@code bigEndian(2).includingItself()}</td></tr>
 * <tr><th>PostgreSQL</th><td>{@code bigEndian(4).includingItself().after(1)}</td></tr>
 * <tr><th>MQTT</th><td>{@code varint(4).after(1)}</td></tr>
 * <tr><th>Modbus TCP</th><td>{@code bigEndian(2).after(4)}</td></tr>
 * <tr><th>TPKT, which counts its 4 bytes of header</th><td>{@code bigEndian(2).after(2).adjustedBy(-4)}</td></tr>
 * <tr><th>MySQL, which does not count the byte behind the length</th>
 * <td>{@code littleEndian(3).adjustedBy(1)}</td></tr>
 * </table>
 *
 * <p>Immutable and thread-safe. A protocol's prefix is best kept in a constant.
 */
public final class LengthPrefix {
    /** The most bytes that {@link #writeLength} writes: {@value}. */
    public static final int MOST_WRITTEN = 32;

    private static final int MOST_BYTES = 8;
    private static final int MOST_BEFORE = MOST_WRITTEN - MOST_BYTES;

    /** Stands for each length that no frame has; far enough from the others to be adjusted. */
    private static final long TOO_LONG = 1L << 40;

    private static final long NOT_A_LENGTH = -1;

    private static final LengthPrefix[] BIG_ENDIAN = bigEndian();

    private final int bytes;
    private final int bitsPerByte; // 8, or 7 in a varint
    private final boolean bigEndian;
    private final int before;
    private final int adjustment;

    private LengthPrefix(int bytes, int bitsPerByte, boolean bigEndian, int before, int adjustment) {
        this.bytes = bytes;
        this.bitsPerByte = bitsPerByte;
        this.bigEndian = bigEndian;
        this.before = before;
        this.adjustment = adjustment;
    }

    private static LengthPrefix[] bigEndian() {
        var all = new LengthPrefix[MOST_BYTES + 1];
        for (int bytes = 1; bytes <= MOST_BYTES; bytes++) {
            all[bytes] = new LengthPrefix(bytes, Byte.SIZE, true, 0, 0);
        }
        return all;
    }

    /**
     * Returns a length whose most significant byte comes first: network byte order.
     *
     * @param bytes the size of the length in bytes
     * @throws IllegalArgumentException if {@code bytes} is not 1 to 8
     */
    public static LengthPrefix bigEndian(int bytes) {
        return BIG_ENDIAN[Check.between("bytes", 1, MOST_BYTES, bytes)];
    }

    /**
     * Returns a length whose least significant byte comes first.
     *
     * @param bytes the size of the length in bytes
     * @throws IllegalArgumentException if {@code bytes} is not 1 to 8
     */
    public static LengthPrefix littleEndian(int bytes) {
        return new LengthPrefix(Check.between("bytes", 1, MOST_BYTES, bytes), Byte.SIZE, false, 0, 0);
    }

    /**
     * Returns a length of variable size, as in MQTT and Protocol Buffers: 7 bits in each byte, the least significant
     * ones first, and the highest bit set in all bytes but the last.
     *
     * @param mostBytes how many bytes the length has at most: 4 in MQTT, and 5 suffice for any frame. A longer one is
     *     taken for that of a frame that is too long.
     * @throws IllegalArgumentException if {@code mostBytes} is not 1 to 8
     */
    public static LengthPrefix varint(int mostBytes) {
        return new LengthPrefix(Check.between("mostBytes", 1, MOST_BYTES, mostBytes), Byte.SIZE - 1, false, 0, 0);
    }

    /**
     * Returns the same length, after so many bytes of the message, which belong to the frame and are not counted.
     *
     * @throws IllegalArgumentException if {@code count} is not 0 to 24
     */
    public LengthPrefix after(int count) {
        return new LengthPrefix(
                bytes,
                bitsPerByte,
                bigEndian,
                Check.between("bytes before a length", 0, MOST_BEFORE, count),
                adjustment);
    }

    /**
     * Returns the same length, which counts its own bytes, too, besides those that follow.
     *
     * @throws IllegalStateException if this is a varint
     */
    public LengthPrefix includingItself() {
        if (isVarint()) {
            throw new IllegalStateException("a varint cannot include itself");
        }
        return adjustedBy(-bytes);
    }

    /**
     * Returns the same length, to which that many have to be added to get the number of bytes that follow it: more than
     * 0 if some of those are not counted, as a checksum may be, and less if bytes of the header are. Replaces what
     * {@link #includingItself()} says.
     */
    public LengthPrefix adjustedBy(int count) {
        return new LengthPrefix(bytes, bitsPerByte, bigEndian, before, count);
    }

    private boolean isVarint() {
        return bitsPerByte < Byte.SIZE;
    }

    /** Returns how many bytes the length has; 0 if the last of them is not there yet. */
    private int size(ByteBuf message) {
        int there = Math.min(bytes, message.readableBytes() - before);
        if (!isVarint()) {
            return there == bytes ? bytes : 0;
        }
        for (int i = 0; i < there; i++) {
            if (i == bytes - 1 || byteAt(message, i) >= 0) {
                return i + 1;
            }
        }
        return 0;
    }

    private byte byteAt(ByteBuf message, int index) {
        return message.getByte(message.readerIndex() + before + index);
    }

    /**
     * Returns the length of the frame, or {@link #NOT_A_LENGTH}.
     *
     * @param size of the length, in bytes
     */
    private long frameLength(ByteBuf message, int size) {
        long following = length(message, size) + adjustment;
        return following < 0 ? NOT_A_LENGTH : before + following;
    }

    private long length(ByteBuf message, int size) {
        if (isVarint() && byteAt(message, size - 1) < 0) {
            return TOO_LONG;
        }
        long length = 0;
        for (int i = 0; i < size; i++) {
            length = (length << bitsPerByte) | digit(byteAt(message, bigEndian ? i : size - 1 - i));
        }
        return length < 0 || length > TOO_LONG ? TOO_LONG : length; // unsigned
    }

    /** Returns the part of a value that one byte has. */
    private int digit(int value) {
        return value & ((1 << bitsPerByte) - 1);
    }

    /**
     * Returns whether a whole message is there, or it is certain by now that none comes that {@link #readLength}
     * accepts: for a {@linkplain dev.socketserver.Framing framing} of your own.
     *
     * @param received what was received of the message, or more; does not change
     * @param maxBytes the maximum length of the frame in bytes
     */
    public boolean hasFrame(ByteBuf received, int maxBytes) {
        int size = size(received);
        if (size == 0) {
            return false;
        }
        long length = frameLength(received, size);
        return length > maxBytes || received.readableBytes() - size >= length;
    }

    /**
     * Reads the length of a message and removes it: the buffer then begins with the frame. Bytes before the length are
     * moved up to those behind it, so the buffer has to be writable if there are any.
     *
     * @param message a message, its beginning, or more
     * @param maxBytes the maximum length of the frame in bytes
     * @return the length of the frame; -1, with the buffer as it was, if the length is not yet there
     * @throws MessageTooLongException if the frame is longer than that
     * @throws ProtocolException if the length is less than what it has to count
     */
    public int readLength(ByteBuf message, int maxBytes) throws IOException {
        int size = size(message);
        if (size == 0) {
            return -1;
        }
        long length = frameLength(message, size);
        if (length > maxBytes) {
            throw new MessageTooLongException("frame", maxBytes);
        } else if (length == NOT_A_LENGTH) {
            throw new ProtocolException(
                    "the length of a message has to be at least " + -adjustment + ": " + length(message, size));
        }
        for (int i = message.readerIndex() + before - 1; i >= message.readerIndex(); i--) {
            message.setByte(i + size, message.getByte(i));
        }
        message.skipBytes(size);
        return (int) length;
    }

    /**
     * Begins a message: writes the length, and what comes before it, which is consumed. The rest of the frame has to
     * follow.
     *
     * @param frame the message without its length
     * @param target where to write; at most {@link #MOST_WRITTEN} bytes
     * @throws IllegalArgumentException if there is no such length, with nothing written
     */
    public void writeLength(ByteBuf frame, ByteBuf target) {
        long length = (long) frame.readableBytes() - before - adjustment;
        int size = isVarint() ? varintSize(length) : bytes;
        if (frame.readableBytes() < before || length < 0 || size > bytes || bitsOf(length) > bitsPerByte * size) {
            throw new IllegalArgumentException(
                    "a frame of " + frame.readableBytes() + " bytes does not fit its prefix");
        }
        target.writeBytes(frame, before);
        for (int i = 0; i < size; i++) {
            int shift = bitsPerByte * (bigEndian ? size - 1 - i : i);
            int goesOn = isVarint() && i < size - 1 ? 0x80 : 0;
            target.writeByte(digit((int) (length >>> shift)) | goesOn);
        }
    }

    private static int bitsOf(long length) {
        return Long.SIZE - Long.numberOfLeadingZeros(length);
    }

    private int varintSize(long length) {
        return Math.max(1, (bitsOf(length) + bitsPerByte - 1) / bitsPerByte);
    }
}
