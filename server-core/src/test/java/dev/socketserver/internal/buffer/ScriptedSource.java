package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** A channel that gives one prepared part to each read, and then ends or fails. */
final class ScriptedSource implements ReadableByteChannel {
    private final Deque<byte[]> parts = new ArrayDeque<>();
    private IOException failure = new IOException("read past the script's end");
    private boolean fails;
    private int reads;

    static ScriptedSource of(String... parts) {
        var source = new ScriptedSource();
        for (String part : parts) {
            source.parts.add(part.getBytes(UTF_8));
        }
        return source;
    }

    /** Cuts the bytes in two at that offset. */
    static ScriptedSource split(byte[] bytes, int offset) {
        var source = new ScriptedSource();
        source.add(Arrays.copyOf(bytes, offset));
        source.add(Arrays.copyOfRange(bytes, offset, bytes.length));
        return source;
    }

    ScriptedSource add(byte[] part) {
        if (part.length > 0) {
            parts.add(part);
        }
        return this;
    }

    /** Fails, in place of an end, after the last part. */
    ScriptedSource thenFails() {
        fails = true;
        return this;
    }

    ScriptedSource thenFails(IOException with) {
        failure = with;
        return thenFails();
    }

    int reads() {
        return reads;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        reads++;
        byte[] part = parts.poll();
        if (part == null) {
            if (fails) {
                throw failure;
            }
            return -1;
        }
        int count = Math.min(part.length, target.remaining());
        target.put(part, 0, count);
        if (count < part.length) {
            parts.addFirst(Arrays.copyOfRange(part, count, part.length));
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
