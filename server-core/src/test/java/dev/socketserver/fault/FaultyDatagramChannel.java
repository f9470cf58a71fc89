package dev.socketserver.fault;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A channel of datagrams that may be made to fail. */
final class FaultyDatagramChannel extends DatagramChannel implements Faulty {
    private final DatagramChannel real;

    FaultyDatagramChannel(SelectorProvider provider, DatagramChannel real) {
        super(provider);
        this.real = real;
    }

    @Override
    public AbstractSelectableChannel real() {
        return real;
    }

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        Fault.inCall("bind");
        real.bind(local);
        return this;
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public DatagramSocket socket() {
        return real.socket();
    }

    @Override
    public boolean isConnected() {
        return real.isConnected();
    }

    @Override
    public DatagramChannel connect(SocketAddress remote) throws IOException {
        real.connect(remote);
        return this;
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        real.disconnect();
        return this;
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        return real.getRemoteAddress();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        Fault.inCall("getLocalAddress");
        return real.getLocalAddress();
    }

    @Override
    public SocketAddress receive(ByteBuffer target) throws IOException {
        Fault.inCall("receive");
        return real.receive(target);
    }

    @Override
    public int send(ByteBuffer source, SocketAddress target) throws IOException {
        Fault.inCall("send");
        return real.send(source, target);
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
    public MembershipKey join(InetAddress group, NetworkInterface through) throws IOException {
        return real.join(group, through);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface through, InetAddress source) throws IOException {
        return real.join(group, through, source);
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
