package dev.socketserver.fault;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * The JDK's channels and selectors, of which one call may be made to {@linkplain Fault fail}. Installed in a JVM by the
 * system property {@code java.nio.channels.spi.SelectorProvider}.
 */
public final class FaultyProvider extends SelectorProvider {
    /** The JDK's own. */
    static final SelectorProvider REAL = real();

    /** For the JDK. */
    public FaultyProvider() {}

    private static SelectorProvider real() {
        try {
            return (SelectorProvider) Class.forName("sun.nio.ch.DefaultSelectorProvider")
                    .getMethod("get")
                    .invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        Fault.inCall("open");
        return new FaultyDatagramChannel(this, REAL.openDatagramChannel());
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        Fault.inCall("open");
        return new FaultyDatagramChannel(this, REAL.openDatagramChannel(family));
    }

    @Override
    public Pipe openPipe() throws IOException {
        return REAL.openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        Fault.inCall("open");
        return new FaultySelector(this, REAL.openSelector());
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        Fault.inCall("open");
        return new FaultyServerSocketChannel(this, REAL.openServerSocketChannel());
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        Fault.inCall("open");
        return new FaultyServerSocketChannel(this, REAL.openServerSocketChannel(family));
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return REAL.openSocketChannel(); // a client's
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return REAL.openSocketChannel(family);
    }
}
