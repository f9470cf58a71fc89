package dev.socketserver.internal.buffer;

import io.netty.buffer.ByteBuf;

/** The bytes that end a message. Stateless. */
public final class Delimiter {
    private Delimiter() {}

    /** Returns the bytes; throws an {@code IllegalArgumentException} if there are none. */
    public static byte[] check(byte[] delimiter) {
        if (delimiter.length == 0) {
            throw new IllegalArgumentException("delimiter must have at least one byte");
        }
        return delimiter;
    }

    /**
     * Returns before which of the readable bytes the delimiter comes first or, as far as they go, may come.
     *
     * @param from before which it is known that none comes
     */
    public static int indexOf(byte[] delimiter, ByteBuf received, int from) {
        int begin = received.readerIndex();
        int end = received.writerIndex();
        int at = begin + from;
        while (at < end) {
            at = received.indexOf(at, end, delimiter[0]);
            if (at < 0) {
                return end - begin;
            } else if (goesOn(delimiter, received, at)) {
                return at - begin;
            }
            at++;
        }
        return end - begin;
    }

    private static boolean goesOn(byte[] delimiter, ByteBuf received, int at) {
        int there = Math.min(delimiter.length, received.writerIndex() - at);
        for (int i = 1; i < there; i++) {
            if (received.getByte(at + i) != delimiter[i]) {
                return false;
            }
        }
        return true;
    }
}
