package dev.socketserver.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** A raw UDP socket in the hand of a test, not connected, since the JDK sends no empty datagram on one that is. */
public final class TestDatagramClient implements Closeable {
    private final DatagramChannel channel;
    private final SocketAddress server;

    private TestDatagramClient(DatagramChannel channel, SocketAddress server) {
        this.channel = channel;
        this.server = server;
    }

    /** Makes a client of the server at that address; on this machine if the address is the wildcard. */
    public static TestDatagramClient to(SocketAddress address) throws IOException {
        SocketAddress server = TestClient.reachable(address);
        var here = new InetSocketAddress(((InetSocketAddress) server).getAddress(), 0);
        return new TestDatagramClient(DatagramChannel.open().bind(here), server);
    }

    /** Returns where this client is. */
    public SocketAddress address() throws IOException {
        return channel.getLocalAddress();
    }

    /** Sends one datagram of text. */
    public TestDatagramClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    /** Sends one datagram. */
    public TestDatagramClient send(byte[] bytes) throws IOException {
        channel.send(ByteBuffer.wrap(bytes), server);
        return this;
    }

    /** Waits for one datagram, which must come from the server's port. */
    public byte[] receive() throws IOException {
        ByteBuffer target = ByteBuffer.allocate(65_536);
        SocketAddress source = channel.receive(target);
        if (!server.equals(source)) {
            throw new IOException("a datagram from " + source + " in place of " + server);
        }
        byte[] bytes = new byte[target.flip().remaining()];
        target.get(bytes);
        return bytes;
    }

    /** Waits for one datagram of text. */
    public String receiveText() throws IOException {
        return new String(receive(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
