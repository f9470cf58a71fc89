package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** A TCP server on loopback that does to each connection whatever a test wants. */
public final class StreamPeer implements AutoCloseable {
    /** What happens to one connection, which is closed afterwards. */
    public interface Behaviour {
        void serve(Socket connection) throws IOException;
    }

    /** An honest echo. */
    public static final Behaviour ECHO =
            connection -> connection.getInputStream().transferTo(connection.getOutputStream());

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Behaviour behaviour;

    public StreamPeer(Behaviour behaviour) throws IOException {
        this(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), behaviour);
    }

    public StreamPeer(ServerSocket listener, Behaviour behaviour) {
        this.listener = listener;
        this.behaviour = behaviour;
        threads.execute(this::acceptAll);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                connection.setTcpNoDelay(true);
                open.add(connection);
                threads.execute(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            behaviour.serve(connection);
        } catch (SocketException | SSLException expected) {
            // The client, or close(), has ended it.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            open.remove(connection);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : open) {
            connection.close();
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a connection is still being served");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
