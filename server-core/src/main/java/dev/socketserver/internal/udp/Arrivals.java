package dev.socketserver.internal.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/** Takes datagrams from a channel, one at a time, without waiting for any. Confined to the receiving thread. */
final class Arrivals {
    private final DatagramChannel channel;
    private final DatagramRequest.Socket socket;
    private final int longest;
    private ByteBuf buffer; // a datagram holds it, too, while it is served

    /**
     * Creates the arrivals of a channel that does not block.
     *
     * @param longest how many bytes of a datagram are kept
     */
    Arrivals(DatagramChannel channel, DatagramRequest.Socket socket, int longest) {
        this.channel = channel;
        this.socket = socket;
        this.longest = longest;
        buffer = newBuffer();
    }

    private ByteBuf newBuffer() {
        int oneMore = longest + 1; // to see what is too long
        return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(oneMore));
    }

    /** Returns the next datagram that the system has queued; null if there is none. */
    @Nullable
    DatagramRequest next() throws IOException {
        if (buffer.refCnt() != 1) {
            buffer = newBuffer(); // a handler still has the last one, or released what was not its own
        }
        ByteBuffer target = buffer.internalNioBuffer(0, buffer.capacity());
        SocketAddress source = channel.receive(target);
        if (source == null) {
            return null;
        }
        int length = target.position();
        socket.runner().reports().received(length);
        buffer.setIndex(0, Math.min(length, longest));
        return new DatagramRequest(socket, source, buffer.retain(), length > longest);
    }

    /** Releases the buffer, unless a handler still has it. */
    void release() {
        if (buffer.refCnt() == 1) {
            buffer.release();
        }
    }
}
