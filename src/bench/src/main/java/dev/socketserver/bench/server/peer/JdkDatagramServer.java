package dev.socketserver.bench.server.peer;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;

/** The JDK's datagram socket: one thread receives and answers. */
final class JdkDatagramServer {
    private static final int MAX_DATAGRAM = 65_535;

    private JdkDatagramServer() {}

    @SuppressWarnings("resource") // runs until the process ends
    static void serve(Setup setup) throws IOException {
        DatagramSocket socket = new DatagramSocket(setup.address());
        new Thread(() -> echo(socket), "echo").start();
    }

    private static void echo(DatagramSocket socket) {
        byte[] buffer = new byte[MAX_DATAGRAM];
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        try (socket) {
            while (true) {
                packet.setData(buffer);
                socket.receive(packet);
                socket.send(packet);
            }
        } catch (IOException e) {
            throw new IllegalStateException("receiving failed", e);
        }
    }
}
