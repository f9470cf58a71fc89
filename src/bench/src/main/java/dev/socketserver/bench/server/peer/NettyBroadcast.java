package dev.socketserver.bench.server.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelMatchers;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.FixedLengthFrameDecoder;

/** Tells a group what a peer says, with Netty: everything in one loop, and without a promise for each member. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel
final class NettyBroadcast extends SimpleChannelInboundHandler<ByteBuf> {
    private final ChannelGroup members;

    private NettyBroadcast(ChannelGroup members) {
        this.members = members;
    }

    static void serve(Setup setup) throws InterruptedException {
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NettyServer.EPOLL.io());
        ChannelGroup members = new DefaultChannelGroup(loop.next());
        new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, Setup.BACKLOG)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection
                                .pipeline()
                                .addLast(new FixedLengthFrameDecoder(Broadcast.MESSAGE), new NettyBroadcast(members));
                    }
                })
                .bind(setup.address())
                .sync();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
        if (message.getByte(message.readerIndex()) == Broadcast.JOIN) {
            members.add(context.channel());
            context.writeAndFlush(message.retain(), context.voidPromise());
        } else {
            boolean voidPromise = true;
            members.writeAndFlush(message.retain(), ChannelMatchers.all(), voidPromise);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        context.close();
    }
}
