package dev.socketserver.fault;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listening channel that may be made to fail. */
final class FaultyServerSocketChannel extends ServerSocketChannel implements Faulty {
    private final ServerSocketChannel real;

    FaultyServerSocketChannel(SelectorProvider provider, ServerSocketChannel real) {
        super(provider);
        this.real = real;
    }

    @Override
    public AbstractSelectableChannel real() {
        return real;
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        Fault.inCall("bind");
        real.bind(local, backlog);
        return this;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public ServerSocket socket() {
        return real.socket();
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        Fault.inCall("accept");
        SocketChannel accepted = real.accept();
        return accepted == null ? null : new FaultySocketChannel(provider(), accepted);
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        Fault.inCall("getLocalAddress");
        return real.getLocalAddress();
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
