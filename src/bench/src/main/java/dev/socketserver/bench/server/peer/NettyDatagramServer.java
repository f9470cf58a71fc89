package dev.socketserver.bench.server.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;

/** Netty for datagrams, on native epoll, which receives and sends many with one system call. */
final class NettyDatagramServer {
    /** The longest datagram of the workloads. */
    private static final int MAX_DATAGRAM = 2048;
    /** How many datagrams one system call receives. */
    private static final int BATCH = 64;

    private NettyDatagramServer() {}

    static void serve(Setup setup) throws InterruptedException {
        new Bootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
                .channel(EpollDatagramChannel.class)
                .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, MAX_DATAGRAM)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(BATCH * MAX_DATAGRAM))
                .handler(new Echo())
                .bind(setup.address())
                .sync();
    }

    /** Answers each datagram, and flushes when no more is there. */
    @SuppressWarnings("FutureReturnValueIgnored") // an answer that cannot be sent is lost, as datagrams are
    private static final class Echo extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            context.write(new DatagramPacket(packet.content().retain(), packet.sender()), context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }
}
