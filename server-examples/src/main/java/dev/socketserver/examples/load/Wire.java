package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** The bytes of one stream connection, not blocking and not encrypted. Confined to one client loop. */
class Wire {
    private final SocketChannel channel;

    Wire(SocketChannel channel) {
        this.channel = channel;
    }

    final SocketChannel channel() {
        return channel;
    }

    /** Begins to connect; returns whether the connection can be used already, as on loopback it often can. */
    final boolean connect(SocketAddress target) throws IOException {
        return (channel.connect(target) || channel.finishConnect()) && shakeHands();
    }

    /** Goes on connecting; returns whether the connection can be used. */
    final boolean finishConnect() throws IOException {
        return (channel.isConnected() || channel.finishConnect()) && shakeHands();
    }

    /** What the channel has to be ready for to go on connecting. */
    int connectInterest() {
        return SelectionKey.OP_CONNECT;
    }

    /** Goes on with what precedes the first byte; returns whether that is done. */
    boolean shakeHands() throws IOException {
        return true;
    }

    /** Reads what is there; returns the number of bytes, 0 if there are none yet, −1 if there will be none. */
    int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    /** Whether {@link #read} may have more although the channel is not ready. */
    boolean mayHoldMore() {
        return false;
    }

    /** Writes what fits; returns the number of bytes. */
    int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    /** Sends what {@link #write} took but could not send yet; returns whether there is none left. */
    boolean flushed() throws IOException {
        return true;
    }

    /** What the channel has to be ready for to take the rest of a write. */
    int writeInterest() {
        return SelectionKey.OP_WRITE;
    }

    /** Closes the channel. */
    void close() throws IOException {
        channel.close();
    }
}
