package dev.socketserver.examples.http;

import dev.socketserver.buffer.ByteInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A body in chunks, each with its length in front. Confined to its connection's turn. */
final class ChunkedInput extends InputStream {
    /** A length, perhaps with an extension, which nobody needs. */
    private static final Pattern SIZE = Pattern.compile("([0-9a-fA-F]{1,7})(?:[ \\t]*;[\\t\\x20-\\x7E\\x80-\\xFF]*)?");

    private final ByteInput in;
    private int left; // of the chunk
    private boolean begun;
    private boolean ended;

    ChunkedInput(ByteInput in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !ended) {
            beginChunk();
        }
        if (ended) {
            return -1;
        }
        int count = in.read(target, offset, Math.min(left, length));
        if (count < 0) {
            throw new EOFException("the peer has closed inside a chunk");
        }
        left -= count;
        return count;
    }

    private void beginChunk() throws IOException {
        var lines = new HeadLines(in);
        if (begun && !lines.next().isEmpty()) {
            throw new HttpException(400, "a chunk does not end where it says");
        }
        begun = true;
        Matcher size = SIZE.matcher(lines.next());
        if (!size.matches()) {
            throw new HttpException(400, "not the length of a chunk");
        }
        left = Integer.parseInt(size.group(1), 16);
        if (left == 0) {
            while (!lines.next().isEmpty()) {
                // A trailer, which nobody needs.
            }
            ended = true;
        }
    }
}
