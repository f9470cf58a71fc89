package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayList;
import java.util.List;

/** A channel that remembers what each call wrote, and takes no more than told in one. */
final class RecordingSink implements GatheringByteChannel {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Integer> calls = new ArrayList<>();
    private int mostPerCall = Integer.MAX_VALUE;
    private boolean fails;

    /** Takes no more than that many bytes in one call, as a full socket does. */
    RecordingSink takingAtMost(int count) {
        mostPerCall = count;
        return this;
    }

    /** Fails from now on. */
    void fail() {
        fails = true;
    }

    /** Returns how many bytes each call took. */
    List<Integer> calls() {
        return calls;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    String text() {
        return bytes.toString(UTF_8);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        if (fails) {
            throw new IOException("the sink fails, says the test");
        }
        int taken = 0;
        for (int i = offset; i < offset + length; i++) {
            while (sources[i].hasRemaining() && taken < mostPerCall) {
                bytes.write(sources[i].get());
                taken++;
            }
        }
        calls.add(taken);
        return taken;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
