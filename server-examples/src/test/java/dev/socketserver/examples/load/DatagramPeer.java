package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;

/** A UDP server on loopback that does to each datagram whatever a test wants. */
final class DatagramPeer implements AutoCloseable {
    /** What happens to a datagram; {@code number} counts from 1. */
    interface Behaviour {
        void serve(DatagramSocket socket, DatagramPacket packet, int number) throws IOException;
    }

    private final DatagramSocket socket =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final Behaviour behaviour;
    private final Thread thread = new Thread(this::serveAll, "datagram-peer");

    DatagramPeer(Behaviour behaviour) throws SocketException {
        this.behaviour = behaviour;
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serveAll() {
        byte[] bytes = new byte[65_536];
        for (int number = 1; ; number++) {
            var packet = new DatagramPacket(bytes, bytes.length);
            try {
                socket.receive(packet);
                behaviour.serve(socket, packet, number);
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
