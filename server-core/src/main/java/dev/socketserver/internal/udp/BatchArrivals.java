package dev.socketserver.internal.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes datagrams from a socket, with a system call for many. Confined to the receiving thread. Peers that are known
 * need no new object for their address: a table keeps as many as it has places, each in the place that its bytes
 * choose.
 */
final class BatchArrivals implements Arrivals {
    private static final int MOST = 32;
    private static final int MOST_BYTES = 1 << 20;
    private static final int SOURCES = 1024; // a power of two

    private final SystemSocket system;
    private final DatagramRequest.Socket socket;
    private final int longest;
    private final int port;
    private final Messages messages;
    private final ByteBuf[] buffers; // a datagram holds one, too, while it is served
    private final @Nullable Source[] sources = new @Nullable Source[SOURCES];
    private @Nullable Destination latest;
    private int received;
    private int taken;

    /**
     * Creates the arrivals of a socket.
     *
     * @param longest how many bytes of a datagram are kept
     * @param port of the socket
     */
    BatchArrivals(SystemSocket system, DatagramRequest.Socket socket, int longest, int port) {
        this.system = system;
        this.socket = socket;
        this.longest = longest;
        this.port = port;
        int count = Math.max(1, Math.min(MOST, MOST_BYTES / (longest + 1)));
        messages = system.newMessages(count);
        buffers = new ByteBuf[count];
        for (int i = 0; i < count; i++) {
            newBuffer(i);
            messages.clear(i);
        }
    }

    private void newBuffer(int message) {
        ByteBuffer memory = ByteBuffer.allocateDirect(longest + 1); // one more, to see what is too long
        buffers[message] = Unpooled.wrappedBuffer(memory);
        messages.content(message, system.address(memory), longest + 1);
    }

    @Override
    public @Nullable DatagramRequest next() throws IOException {
        if (taken == received && !receive()) {
            return null;
        }
        int message = taken++;
        int length = messages.length(message);
        socket.runner().reports().received(length);
        ByteBuf buffer = buffers[message];
        buffer.setIndex(0, Math.min(length, longest));
        return new DatagramRequest(socket, source(message), buffer.retain(), length > longest);
    }

    /** Returns whether something has been received. */
    private boolean receive() throws IOException {
        for (int i = 0; i < received; i++) {
            if (buffers[i].refCnt() != 1) {
                newBuffer(i); // a handler still has the last one, or released what was not its own
            }
            messages.clear(i);
        }
        received = 0;
        taken = 0;
        received = system.receive(messages);
        return received > 0;
    }

    private Source source(int message) {
        ByteBuffer memory = messages.memory();
        int at = messages.address(message);
        Destination destination = destination(message);
        int place = Source.hash(memory, at) & SOURCES - 1;
        Source known = sources[place];
        if (known != null && known.destination() == destination && known.isAt(memory, at)) {
            return known;
        }
        Source found = Source.read(memory, at, destination);
        sources[place] = found;
        return found;
    }

    private @Nullable Destination destination(int message) {
        PacketInfo info = system.info();
        if (info == null) {
            return null;
        }
        ByteBuffer memory = messages.memory();
        int at = info.find(memory, messages.control(message), messages.controlLength(message));
        if (at < 0) {
            return null;
        }
        Destination known = latest;
        if (known == null || !known.isAt(memory, at)) {
            known = info.read(memory, at, port);
            latest = known;
        }
        return known;
    }

    @Override
    public void release() {
        for (ByteBuf buffer : buffers) {
            if (buffer.refCnt() == 1) {
                buffer.release();
            }
        }
    }
}
