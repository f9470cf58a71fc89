package dev.socketserver.internal.buffer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/** The next bytes of an input, up to a position in it. Confined to the thread that has the connection's turn. */
final class LimitedInput extends InputStream {
    private final ChannelInput in;
    private final long length;
    private final long end; // a position in the input

    LimitedInput(ChannelInput in, long length) {
        this.in = in;
        this.length = length;
        end = in.position() + length;
    }

    private long left() {
        return Math.max(0, end - in.position());
    }

    @Override
    public int available() {
        return (int) Math.min(left(), in.available());
    }

    @Override
    public int read() throws IOException {
        if (left() == 0) {
            return -1;
        }
        return orCutShort(in.read());
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        if (left() == 0 && count > 0) {
            return -1;
        }
        return orCutShort(in.read(target, offset, (int) Math.min(left(), count)));
    }

    private int orCutShort(int result) throws IOException {
        if (result < 0) {
            throw in.endedInside(length);
        }
        return result;
    }

    @Override
    public long transferTo(OutputStream target) throws IOException {
        long count = left();
        in.transferTo(target, count);
        return count;
    }

    /** Discards what is left; closing twice has no effect. */
    @Override
    public void close() throws IOException {
        if (left() > 0) {
            in.skipTo(end, length);
        }
    }
}
