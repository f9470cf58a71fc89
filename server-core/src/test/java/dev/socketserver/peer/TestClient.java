package dev.socketserver.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A raw socket, TCP or Unix-domain, in the hand of a test. Blocking; a test's time limit ends what hangs. */
public final class TestClient implements Peer {
    private final SocketChannel channel;

    private TestClient(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects; to this machine if the address is the wildcard. */
    public static TestClient to(SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(reachable(address));
        if (address instanceof InetSocketAddress) {
            // A piece of a message does not wait until the last one was acknowledged.
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        return new TestClient(channel);
    }

    /** Connects from that address of this machine, such as 127.0.0.2. */
    public static TestClient from(String source, SocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(source, 0));
            channel.connect(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new TestClient(channel);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /** Makes one that is not connected. */
    public static TestClient none() throws IOException {
        return new TestClient(SocketChannel.open());
    }

    /** Returns where this client is. */
    public SocketAddress address() throws IOException {
        return channel.getLocalAddress();
    }

    /** Connects with the least receive buffer, so that a peer's writes soon block. */
    public static TestClient withSmallWindow(SocketAddress address) throws IOException {
        return withWindow(address, 1);
    }

    /** Connects with a receive buffer of about that many bytes. */
    public static TestClient withWindow(SocketAddress address, int bytes) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, bytes);
            channel.connect(reachable(address));
            return new TestClient(channel);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /** Returns where a client reaches what is bound to that address. */
    public static SocketAddress reachable(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress()) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), inet.getPort());
        }
        return address;
    }

    @Override
    public TestClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    @Override
    public TestClient send(byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
        return this;
    }

    @Override
    public byte[] read(int count) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(count);
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new EOFException("after " + target.position() + " of " + count + " bytes");
            }
        }
        return target.array();
    }

    /** Reads what has come, or waits for something; -1 at the end of the stream. */
    int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    /** Returns what one read brings. */
    public String readOnce() throws IOException {
        ByteBuffer target = ByteBuffer.allocate(64 * 1024);
        channel.read(target);
        return new String(target.array(), 0, target.position(), UTF_8);
    }

    @Override
    public String readAll() throws IOException {
        return readAllBytes().toString(UTF_8);
    }

    /** Reads up to the end of the stream. */
    public ByteArrayOutputStream readAllBytes() throws IOException {
        var all = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(64 * 1024);
        while (channel.read(part) >= 0) {
            all.write(part.array(), 0, part.position());
            part.clear();
        }
        return all;
    }

    /** Waits until the server has closed the connection, in whatever way, and drops what it sent before. */
    public void awaitEnd() {
        try {
            readAllBytes();
        } catch (IOException expected) {
            // A reset is an end too.
        }
    }

    /** Sends the end of the stream; reading goes on. */
    public TestClient halfClose() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    @Override
    public TestClient end() throws IOException {
        return halfClose();
    }

    /** Closes with a reset in place of an orderly end. */
    public void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
