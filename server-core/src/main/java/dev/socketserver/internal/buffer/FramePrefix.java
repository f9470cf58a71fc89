package dev.socketserver.internal.buffer;

import io.netty.buffer.ByteBuf;

/** The unsigned big-endian length in front of a frame, in 1 to 4 bytes. Stateless. */
public final class FramePrefix {
    /** The most bytes that a prefix has. */
    static final int LONGEST = 4;

    private FramePrefix() {}

    /** Throws an {@code IllegalArgumentException} unless a prefix can have that many bytes. */
    public static void check(int prefixBytes) {
        if (prefixBytes < 1 || prefixBytes > LONGEST) {
            throw new IllegalArgumentException("prefixBytes must be 1 to " + LONGEST + ": " + prefixBytes);
        }
    }

    /** Returns the length that the bytes at an index say. */
    public static long get(ByteBuf source, int index, int prefixBytes) {
        return switch (prefixBytes) {
            case 1 -> source.getUnsignedByte(index);
            case 2 -> source.getUnsignedShort(index);
            case 3 -> source.getUnsignedMedium(index);
            default -> source.getUnsignedInt(index);
        };
    }

    static void write(ByteBuf target, int prefixBytes, int length) {
        if (prefixBytes < LONGEST && length >>> (8 * prefixBytes) != 0) {
            throw new IllegalArgumentException(
                    "a frame of " + length + " bytes does not fit a prefix of " + prefixBytes);
        }
        switch (prefixBytes) {
            case 1 -> target.writeByte(length);
            case 2 -> target.writeShort(length);
            case 3 -> target.writeMedium(length);
            default -> target.writeInt(length);
        }
    }
}
