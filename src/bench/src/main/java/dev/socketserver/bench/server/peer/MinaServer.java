package dev.socketserver.bench.server.peer;

import java.io.IOException;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.filter.executor.ExecutorFilter;
import org.apache.mina.filter.ssl.SslFilter;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;

/** Apache MINA: the echo of its own examples. */
final class MinaServer {
    private MinaServer() {}

    static void serve(Setup setup) throws IOException {
        NioSocketAcceptor acceptor = new NioSocketAcceptor();
        acceptor.setReuseAddress(true);
        acceptor.setBacklog(Setup.BACKLOG);
        acceptor.getSessionConfig().setTcpNoDelay(true);
        acceptor.getSessionConfig().setMaxReadBufferSize(setup.bufferBytes());
        if (setup.tls() != null) {
            acceptor.getFilterChain().addLast("tls", new SslFilter(setup.tls()));
        }
        if (setup.work().blocks()) {
            acceptor.getFilterChain().addLast("threads", new ExecutorFilter(setup.workers()));
        }
        acceptor.setHandler(new Echo(setup.work()));
        acceptor.bind(setup.address());
    }

    /** Sends back what has come. */
    private static final class Echo extends IoHandlerAdapter {
        private final Work work;

        Echo(Work work) {
            this.work = work;
        }

        @Override
        public void messageReceived(IoSession session, Object message) {
            work.run();
            session.write(((IoBuffer) message).duplicate());
        }

        @Override
        public void exceptionCaught(IoSession session, Throwable failure) {
            session.closeNow();
        }
    }
}
