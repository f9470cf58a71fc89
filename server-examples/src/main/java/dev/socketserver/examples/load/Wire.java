package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** Transfers the bytes of one stream connection, non-blocking and unencrypted. Confined to one client loop. */
class Wire {
    private final SocketChannel channel;

    Wire(SocketChannel channel) {
        this.channel = channel;
    }

    final SocketChannel channel() {
        return channel;
    }

    /** Begins to connect; returns whether the connection is established at once, as is often the case on loopback. */
    final boolean connect(SocketAddress target) throws IOException {
        return (channel.connect(target) || channel.finishConnect()) && shakeHands();
    }

    /** Continues connecting; returns whether the connection is established. */
    final boolean finishConnect() throws IOException {
        return (channel.isConnected() || channel.finishConnect()) && shakeHands();
    }

    /** Returns the interest set for continuing to connect. */
    int connectInterest() {
        return SelectionKey.OP_CONNECT;
    }

    /** Continues the handshake, if any; returns whether it is complete. */
    boolean shakeHands() throws IOException {
        return true;
    }

    /** Reads available bytes; returns their number, 0 if there are none yet, −1 at the end of the stream. */
    int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    /** Returns whether {@link #read} may return more bytes although the channel is not ready. */
    boolean mayHoldMore() {
        return false;
    }

    /** Writes as many bytes as fit; returns their number. */
    int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    /** Sends bytes that {@link #write} has accepted but not yet sent; returns whether none are left. */
    boolean flushed() throws IOException {
        return true;
    }

    /** Returns the interest set for continuing a write. */
    int writeInterest() {
        return SelectionKey.OP_WRITE;
    }

    /** Closes the channel. */
    void close() throws IOException {
        channel.close();
    }
}
