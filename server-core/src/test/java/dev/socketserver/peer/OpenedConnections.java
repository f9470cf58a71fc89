package dev.socketserver.peer;

import dev.socketserver.Request;
import dev.socketserver.Server;
import dev.socketserver.ServerListener;
import dev.socketserver.StreamConnection;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps the connections that a server opens until a test takes them. Thread-safe. */
public class OpenedConnections implements ServerListener {
    private final BlockingQueue<StreamConnection> connections = new LinkedBlockingQueue<>();

    @Override
    public void opened(Server server, Request request) {
        connections.add((StreamConnection) request);
    }

    /** Waits for the next connection. */
    public final StreamConnection take() throws InterruptedException {
        return connections.take();
    }
}
