package dev.socketserver.bench.server.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Netty: the echo of its own documentation, accepting and serving in the same loops. */
enum NettyServer {
    /** On the JDK's selector. */
    NIO(NioServerSocketChannel.class) {
        @Override
        IoHandlerFactory io() {
            return NioIoHandler.newFactory();
        }
    },
    /** On Netty's native epoll. */
    EPOLL(EpollServerSocketChannel.class) {
        @Override
        IoHandlerFactory io() {
            return EpollIoHandler.newFactory();
        }
    },
    /** On Netty's native io_uring. */
    IO_URING(IoUringServerSocketChannel.class) {
        @Override
        IoHandlerFactory io() {
            return IoUringIoHandler.newFactory();
        }
    };

    private final Class<? extends ServerSocketChannel> channel;

    NettyServer(Class<? extends ServerSocketChannel> channel) {
        this.channel = channel;
    }

    abstract IoHandlerFactory io();

    void serve(Setup setup, int loops) throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(loops, io());
        new ServerBootstrap()
                .group(group)
                .channel(channel)
                .option(ChannelOption.SO_BACKLOG, Setup.BACKLOG)
                .childHandler(new Pipeline(setup))
                .bind(setup.address())
                .sync();
    }

    /** Gives each connection a handler; those that block share threads of their own, as Netty asks for. */
    private static final class Pipeline extends ChannelInitializer<SocketChannel> {
        private final @Nullable SslContext tls;
        private final ChannelHandler handler;

        Pipeline(Setup setup) {
            tls = setup.tls() == null ? null : encryption(setup.tls());
            handler = setup.work().blocks() ? new BlockingEcho(setup) : new Echo();
        }

        @Override
        protected void initChannel(SocketChannel connection) {
            if (tls != null) {
                connection.pipeline().addLast(tls.newHandler(connection.alloc()));
            }
            connection.pipeline().addLast(handler);
        }

        /** On the JDK's TLS with the JDK's ciphers, as everybody here; Netty's own first choice is AES-128. */
        private static SslContext encryption(SSLContext jdk) {
            List<String> ciphers = List.of(jdk.getDefaultSSLParameters().getCipherSuites());
            boolean forClients = false;
            return new JdkSslContext(
                    jdk, forClients, ciphers, IdentityCipherSuiteFilter.INSTANCE, null, ClientAuth.NONE, null, false);
        }
    }

    /** Writes what has come, and flushes when no more is there. */
    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel
    private static class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            context.close();
        }
    }

    /** Works in a pool, and writes from there. */
    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel
    private static final class BlockingEcho extends Echo {
        private final Work work;
        private final ExecutorService threads;

        BlockingEcho(Setup setup) {
            work = setup.work();
            threads = Executors.newFixedThreadPool(setup.workers());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            threads.execute(() -> {
                work.run();
                context.writeAndFlush(message, context.voidPromise());
            });
        }
    }
}
