package dev.socketserver.examples.load;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * What is sent and has to come back. Immutable and thread-safe: every view has a position of its own.
 *
 * <p>The bytes do not repeat within any short distance, so that an echo that lost, doubled or swapped some is noticed.
 */
public final class Payload {
    /** The largest payload, {@value} bytes: a gigabyte says nothing that a megabyte does not. */
    public static final int MAX_SIZE = 64 << 20;

    private final byte[] bytes;

    private Payload(byte[] bytes) {
        if (bytes.length < 1 || bytes.length > MAX_SIZE) {
            throw new IllegalArgumentException("payload must be 1 to " + MAX_SIZE + " bytes: " + bytes.length);
        }
        this.bytes = bytes;
    }

    /** Printable characters that end with a line feed, so that a server that echoes lines is served as well. */
    public static Payload ofSize(int size) {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("payload must be 1 to " + MAX_SIZE + " bytes: " + size);
        }
        var random = new SplittableRandom(size);
        byte[] bytes = new byte[size];
        for (int i = 0; i < size - 1; i++) {
            bytes[i] = (byte) random.nextInt('!', '~' + 1);
        }
        bytes[size - 1] = '\n';
        return new Payload(bytes);
    }

    /** The number of bytes. */
    public int size() {
        return bytes.length;
    }

    /** A direct buffer with the bytes {@code copies} times over. */
    ByteBuffer repeated(int copies) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.multiplyExact(bytes.length, copies));
        for (int i = 0; i < copies; i++) {
            buffer.put(bytes);
        }
        return buffer.flip();
    }
}
