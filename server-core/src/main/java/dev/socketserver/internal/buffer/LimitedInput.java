package dev.socketserver.internal.buffer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/** The next bytes of an input; see {@link dev.socketserver.buffer.ByteInput#limit}. */
final class LimitedInput extends InputStream {
    private final BufferedInput in;
    private final long length;
    private final long end; // how many bytes of the connection are consumed behind the last

    LimitedInput(BufferedInput in, long length) {
        this.in = in;
        this.length = length;
        long begin = in.consumed();
        end = length > Long.MAX_VALUE - begin ? Long.MAX_VALUE : begin + length;
    }

    private long left() {
        return Math.max(0, end - in.consumed());
    }

    @Override
    public int available() {
        return (int) Math.min(left(), in.available());
    }

    @Override
    public int read() throws IOException {
        return left() == 0 ? -1 : orCutShort(in.readOn());
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        int most = (int) Math.min(left(), count);
        if (most == 0) {
            return count == 0 ? 0 : -1;
        }
        return orCutShort(in.readOn(target, offset, most));
    }

    private int orCutShort(int result) throws IOException {
        if (result < 0) {
            throw in.endedInside(length);
        } else if (left() == 0) {
            in.endMessage();
        }
        return result;
    }

    @Override
    public long transferTo(OutputStream target) throws IOException {
        long count = left();
        in.transferTo(target, count);
        return count;
    }

    @Override
    public void close() throws IOException {
        if (left() > 0) {
            in.skipTo(end, length);
        }
    }
}
