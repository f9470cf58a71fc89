package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * What is sent and has to come back. Immutable and thread-safe: every view has a position of its own.
 *
 * <p>Bytes that are made up do not repeat within any short distance, so that an echo that lost, doubled or swapped some
 * is noticed.
 */
public final class Payload {
    /** The largest payload, {@value} bytes: a gigabyte says nothing that a megabyte does not. */
    public static final int MAX_SIZE = 64 << 20;

    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    private static int checked(long size) {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("payload must be 1 to " + MAX_SIZE + " bytes: " + size);
        }
        return (int) size;
    }

    /** Printable characters that end with a line feed, so that a server that echoes lines is served as well. */
    public static Payload ofSize(long size) {
        byte[] bytes = new byte[checked(size)];
        var random = new SplittableRandom(size);
        for (int i = 0; i < bytes.length - 1; i++) {
            bytes[i] = (byte) random.nextInt('!', '~' + 1);
        }
        bytes[bytes.length - 1] = '\n';
        return new Payload(bytes);
    }

    /** Any bytes, others in each run. */
    public static Payload random(long size) {
        byte[] bytes = new byte[checked(size)];
        new SplittableRandom().nextBytes(bytes);
        return new Payload(bytes);
    }

    /** The text in UTF-8. */
    public static Payload ofText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        checked(bytes.length);
        return new Payload(bytes);
    }

    /** What the file holds now. */
    public static Payload ofFile(Path file) throws IOException {
        checked(Files.size(file));
        return new Payload(Files.readAllBytes(file));
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
