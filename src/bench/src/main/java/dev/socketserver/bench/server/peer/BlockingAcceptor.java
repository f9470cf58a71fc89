package dev.socketserver.bench.server.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Executor;
import javax.net.ServerSocketFactory;

/**
 * The classic: a thread accepts and hands each connection to a pool, where plain blocking code serves it until the peer
 * closes. The same for all pools, so that only they differ. With TLS, the first read shakes hands, so the pool does.
 */
final class BlockingAcceptor {
    private final Setup setup;
    private final Executor pool;

    private BlockingAcceptor(Setup setup, Executor pool) {
        this.setup = setup;
        this.pool = pool;
    }

    @SuppressWarnings("resource") // runs until the process ends
    static void serve(Setup setup, Executor pool) throws IOException {
        ServerSocketFactory factory = setup.tls() == null
                ? ServerSocketFactory.getDefault()
                : setup.tls().getServerSocketFactory();
        ServerSocket listener = factory.createServerSocket(
                setup.port(), Setup.BACKLOG, setup.address().getAddress());
        new Thread(() -> new BlockingAcceptor(setup, pool).accept(listener), "acceptor").start();
    }

    private void accept(ServerSocket listener) {
        try (listener) {
            while (true) {
                Socket connection = listener.accept();
                pool.execute(() -> converse(connection));
            }
        } catch (IOException e) {
            throw new IllegalStateException("accepting failed", e);
        }
    }

    private void converse(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            byte[] chunk = new byte[setup.bufferBytes()];
            int count;
            while ((count = in.read(chunk)) > 0) {
                setup.work().run();
                out.write(chunk, 0, count);
            }
        } catch (IOException ignored) {
            // The peer is gone; the client counts what it missed.
        }
    }
}
