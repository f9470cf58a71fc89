package dev.socketserver.examples.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import tlschannel.ClientTlsChannel;
import tlschannel.NeedsReadException;
import tlschannel.NeedsWriteException;

/** Transfers the bytes of one stream connection, encrypted. Confined to one client loop. */
final class TlsWire extends Wire {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ClientTlsChannel encrypted;
    private boolean waitsToWrite;
    private boolean mayHoldMore;
    /** Whether the channel has accepted bytes that it has not sent yet. */
    private boolean unsent;

    TlsWire(SocketChannel channel, SSLEngine engine) {
        super(channel);
        this.encrypted = ClientTlsChannel.newBuilder(channel, engine).build();
    }

    @Override
    int connectInterest() {
        if (!channel().isConnected()) {
            return SelectionKey.OP_CONNECT;
        }
        return waitsToWrite ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    }

    @Override
    boolean shakeHands() throws IOException {
        try {
            encrypted.handshake();
            return true;
        } catch (NeedsReadException e) {
            waitsToWrite = false;
        } catch (NeedsWriteException e) {
            waitsToWrite = true;
        }
        return false;
    }

    @Override
    int read(ByteBuffer target) throws IOException {
        int before = target.position();
        try {
            mayHoldMore = true;
            return encrypted.read(target);
        } catch (NeedsReadException | NeedsWriteException e) {
            mayHoldMore = false;
            return target.position() - before;
        }
    }

    @Override
    boolean mayHoldMore() {
        return mayHoldMore;
    }

    @Override
    int write(ByteBuffer source) throws IOException {
        int before = source.position();
        waitsToWrite = false;
        unsent = false;
        try {
            encrypted.write(source);
        } catch (NeedsReadException e) {
            waitsToWrite = false;
            unsent = true;
        } catch (NeedsWriteException e) {
            waitsToWrite = true;
            unsent = true;
        }
        return source.position() - before;
    }

    @Override
    boolean flushed() throws IOException {
        if (unsent) {
            write(NOTHING);
        }
        return !unsent;
    }

    @Override
    int writeInterest() {
        return waitsToWrite ? SelectionKey.OP_WRITE : 0;
    }

    @Override
    void close() throws IOException {
        try {
            encrypted.close();
        } finally {
            super.close();
        }
    }
}
