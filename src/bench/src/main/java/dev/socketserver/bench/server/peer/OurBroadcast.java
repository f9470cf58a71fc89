package dev.socketserver.bench.server.peer;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.StreamRequestHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;

/** Tells a group what its peer says, in one buffer for all. Confined to its connection. */
final class OurBroadcast extends StreamRequestHandler {
    private final ConnectionGroup group;

    OurBroadcast(ConnectionGroup group) {
        this.group = group;
    }

    @Override
    protected void handle() throws IOException {
        ByteBuf received = in().buffer();
        while (received.readableBytes() >= Broadcast.MESSAGE) {
            ByteBuf message = PooledByteBufAllocator.DEFAULT.directBuffer(Broadcast.MESSAGE);
            try {
                message.writeBytes(received, Broadcast.MESSAGE);
                if (message.getByte(0) == Broadcast.JOIN) {
                    group.join(connection());
                    connection().send(message);
                } else {
                    group.send(message);
                }
            } finally {
                message.release();
            }
        }
        keepOpen();
    }
}
