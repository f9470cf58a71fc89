package dev.socketserver.internal.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection that writes down what it is asked, and when its channel is read. It allows everything, and always has a
 * next message.
 */
final class RecordingOwner implements StreamOwner {
    private final List<String> calls = new ArrayList<>();

    /** Returns what it was asked since the last call of this method, in order. */
    String calls() {
        String all = String.join(", ", calls);
        calls.clear();
        return all;
    }

    /** Returns a channel that has what the other has. */
    ReadableByteChannel recording(ReadableByteChannel source) {
        return new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer target) throws IOException {
                calls.add("receive");
                return source.read(target);
            }

            @Override
            public boolean isOpen() {
                return source.isOpen();
            }

            @Override
            public void close() throws IOException {
                source.close();
            }
        };
    }

    @Override
    public void beforeUse() {
        calls.add("use");
    }

    @Override
    public void beforeRead() {
        calls.add("read on");
    }

    @Override
    public void beforeRead(Reading reading, @Nullable Object mark, int bytes) {
        calls.add("read " + reading + " " + bytes);
    }

    @Override
    public void beforeWrite() {
        calls.add("write");
    }

    @Override
    public void beforeCollect() {
        calls.add("collect");
    }

    @Override
    public void beforeFill() {
        calls.add("fill");
    }

    @Override
    public void inside(Inside what) {
        calls.add("inside " + what);
    }

    @Override
    public boolean awaitMessage(long seen) {
        calls.add("await " + seen);
        return true;
    }

    @Override
    public <E extends IOException> E fault(E failure) {
        calls.add("fault");
        return failure;
    }
}
