package dev.socketserver.examples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.examples.load.PoolSample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The usual server of the JDK: a thread accepts from a {@link ServerSocket}, and each connection has a thread of a
 * fixed pool until it ends. Does what {@link QueryHandler} does. Thread-safe.
 */
final class FixedPoolServer implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final Query query;
    private final ServerSocket listener;
    /** As from {@link java.util.concurrent.Executors#newFixedThreadPool}, with threads that let the JVM exit. */
    private final ThreadPoolExecutor pool;

    /** Starts a server on a free port of the loopback interface. */
    FixedPoolServer(Query query, int threads) throws IOException {
        this.query = query;
        this.listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        this.pool = new ThreadPoolExecutor(
                threads, threads, 0, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), task -> thread(task, "fixed"));
        thread(this::accept, "fixed-acceptor").start();
    }

    private static Thread thread(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    SocketAddress address() {
        return listener.getLocalSocketAddress();
    }

    PoolSample sample() {
        return new PoolSample(
                pool.getPoolSize(), pool.getActiveCount(), pool.getQueue().size());
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = listener.accept();
                pool.execute(() -> serve(connection));
            }
        } catch (IOException e) {
            if (!listener.isClosed()) {
                throw new UncheckedIOException(e);
            }
        } finally {
            pool.shutdown(); // here, so that no connection comes too late for it
        }
    }

    private void serve(Socket connection) {
        try (connection;
                var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
            connection.setTcpNoDelay(true);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                query.run();
                connection.getOutputStream().write((line + "\n").getBytes(UTF_8));
            }
        } catch (IOException peerHasGone) {
            // It no longer waits for an answer.
        }
    }

    /** Closes the listening socket; connections end with their peers. */
    @Override
    public void close() throws IOException {
        listener.close();
    }
}
