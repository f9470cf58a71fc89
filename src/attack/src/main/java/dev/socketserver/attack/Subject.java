package dev.socketserver.attack;

import dev.socketserver.Framing;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.net.Tls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.ssl.SslHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** A server that is attacked, with the defaults that it comes with. */
enum Subject {
    /** This library's; a handler answers one line and keeps the connection. */
    OURS("socketserver, a call per line") {
        @Override
        void start(int port) throws IOException {
            serve(ServerConfig.builder().port(port), false);
        }
    },
    /** The same, and the server knows where a message ends. */
    OURS_FRAMED("socketserver, framing(lines)") {
        @Override
        void start(int port) throws IOException {
            serve(ServerConfig.builder().port(port).framing(Framing.lines(LineProtocol.LONGEST_LINE)), false);
        }
    },
    /** This library's; a handler stays for the whole conversation. */
    OURS_CONVERSATION("socketserver, a conversation") {
        @Override
        void start(int port) throws IOException {
            serve(ServerConfig.builder().port(port), true);
        }
    },
    /** Netty's, with a decoder for lines. */
    NETTY("Netty") {
        @Override
        void start(int port) throws IOException {
            startNetty(port, null);
        }
    },
    /** A blocking server on the JDK's pool of 200 threads, as many as Jetty and Tomcat have. */
    JDK_POOL("JDK, fixed pool of 200") {
        @Override
        void start(int port) throws IOException {
            accept(port, ServerSocketFactory.getDefault(), Executors.newFixedThreadPool(200));
        }
    },
    /** A blocking server with a thread for each connection. */
    JDK_THREADS("JDK, thread per connection") {
        @Override
        void start(int port) throws IOException {
            accept(port, ServerSocketFactory.getDefault(), Executors.newCachedThreadPool());
        }
    },
    /** Python's own, in a process of its own. */
    PYTHON("Python, ThreadingTCPServer") {
        @Override
        void start(int port) {
            throw new UnsupportedOperationException("not a server of this JVM");
        }
    },
    /** This library's, with TLS. */
    OURS_TLS("socketserver, TLS") {
        @Override
        void start(int port) throws IOException {
            serve(ServerConfig.builder().port(port).tls(Tls.of(SelfSigned.context())), false);
        }
    },
    /** Netty's, with TLS by the JDK. */
    NETTY_TLS("Netty, TLS") {
        @Override
        void start(int port) throws IOException {
            startNetty(port, SelfSigned.context());
        }
    },
    /** A blocking server with TLS, on a pool of 200 threads. */
    JDK_POOL_TLS("JDK, TLS, fixed pool of 200") {
        @Override
        void start(int port) throws IOException {
            accept(port, SelfSigned.context().getServerSocketFactory(), Executors.newFixedThreadPool(200));
        }
    };

    private static final Set<Subject> WITH_TLS = EnumSet.of(OURS_TLS, NETTY_TLS, JDK_POOL_TLS);

    private static final int BACKLOG = 1024;

    private final String title;

    Subject(String title) {
        this.title = title;
    }

    /** Returns the name for people. */
    String title() {
        return title;
    }

    /** Returns whether it has TLS. */
    boolean tls() {
        return WITH_TLS.contains(this);
    }

    /** Starts it in this JVM, on loopback. */
    abstract void start(int port) throws IOException;

    /** A conversation, or one line of it. */
    private static final class Handler extends StreamRequestHandler {
        private final boolean stays;

        Handler(boolean stays) {
            this.stays = stays;
        }

        @Override
        protected void handle() throws IOException {
            String line = in().readLine(StandardCharsets.UTF_8, LineProtocol.LONGEST_LINE);
            while (line != null) {
                out().write(LineProtocol.answer(line));
                if (!stays) {
                    keepOpen();
                    return;
                }
                line = in().readLine(StandardCharsets.UTF_8, LineProtocol.LONGEST_LINE);
            }
        }
    }

    @SuppressWarnings("resource") // runs until the process ends
    private static void serve(ServerConfig.Builder config, boolean stays) throws IOException {
        new TcpServer(config.build(), () -> new Handler(stays)).start();
    }

    private static void startNetty(int port, @Nullable SSLContext tls) throws IOException {
        var group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        var bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (tls != null) {
                            SSLEngine engine = tls.createSSLEngine();
                            engine.setUseClientMode(false);
                            channel.pipeline().addLast(new SslHandler(engine));
                        }
                        channel.pipeline()
                                .addLast(new LineBasedFrameDecoder(LineProtocol.LONGEST_LINE))
                                .addLast(new NettyHandler());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(bound.cause());
        }
    }

    private static final class NettyHandler extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
            byte[] answer = LineProtocol.answer(line.toString(StandardCharsets.UTF_8));
            var unused = context.writeAndFlush(Unpooled.wrappedBuffer(answer));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }

    private static void accept(int port, ServerSocketFactory factory, Executor executor) throws IOException {
        ServerSocket listening = factory.createServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        new Thread(() -> acceptAll(listening, executor)).start();
    }

    private static void acceptAll(ServerSocket listening, Executor executor) {
        while (true) {
            try {
                Socket socket = listening.accept();
                executor.execute(() -> converse(socket));
            } catch (IOException | OutOfMemoryError e) {
                System.err.println(e); // no descriptor or thread: on to the next, as such servers do
            }
        }
    }

    private static void converse(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            OutputStream out = socket.getOutputStream();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.write(LineProtocol.answer(line));
            }
        } catch (IOException e) {
            // The peer is gone.
        }
    }
}
