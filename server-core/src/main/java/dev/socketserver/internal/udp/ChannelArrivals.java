package dev.socketserver.internal.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/** Takes datagrams from a channel, with a system call for each. Confined to the receiving thread. */
final class ChannelArrivals implements Arrivals {
    private final DatagramChannel channel;
    private final DatagramRequest.Socket socket;
    private final int longest;
    private ByteBuf buffer; // a datagram holds it, too, while it is served

    /**
     * Creates the arrivals of a channel that does not block.
     *
     * @param longest how many bytes of a datagram are kept
     */
    ChannelArrivals(DatagramChannel channel, DatagramRequest.Socket socket, int longest) {
        this.channel = channel;
        this.socket = socket;
        this.longest = longest;
        buffer = newBuffer();
    }

    private ByteBuf newBuffer() {
        int oneMore = longest + 1; // to see what is too long
        return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(oneMore));
    }

    @Override
    public @Nullable DatagramRequest next() throws IOException {
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

    @Override
    public void release() {
        if (buffer.refCnt() == 1) {
            buffer.release();
        }
    }
}
