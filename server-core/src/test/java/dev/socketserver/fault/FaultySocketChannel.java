package dev.socketserver.fault;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** An accepted connection that may be made to fail. */
final class FaultySocketChannel extends SocketChannel implements Faulty {
    private final SocketChannel real;

    FaultySocketChannel(SelectorProvider provider, SocketChannel real) {
        super(provider);
        this.real = real;
    }

    @Override
    public AbstractSelectableChannel real() {
        return real;
    }

    @Override
    public SocketChannel bind(SocketAddress local) throws IOException {
        real.bind(local);
        return this;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        Fault.inCall("setOption");
        real.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return real.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return real.supportedOptions();
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        Fault.inCall("shutdownInput");
        real.shutdownInput();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        Fault.inCall("shutdownOutput");
        real.shutdownOutput();
        return this;
    }

    @Override
    public Socket socket() {
        return real.socket();
    }

    @Override
    public boolean isConnected() {
        return real.isConnected();
    }

    @Override
    public boolean isConnectionPending() {
        return real.isConnectionPending();
    }

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        return real.connect(remote);
    }

    @Override
    public boolean finishConnect() throws IOException {
        return real.finishConnect();
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        Fault.inCall("getRemoteAddress");
        return real.getRemoteAddress();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        Fault.inCall("getLocalAddress");
        return real.getLocalAddress();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        Fault.inCall("read");
        return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Fault.inCall("read");
        return real.read(targets, offset, length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        Fault.inCall("write");
        return real.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Fault.inCall("write");
        return real.write(sources, offset, length);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        real.close();
        Fault.inCall("close");
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        Fault.inCall("configureBlocking");
        real.configureBlocking(block);
    }
}
