package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;

/**
 * The local addresses and ports that a loop connects from, in turn. Confined to one client loop.
 *
 * <p>Whoever closes a connection first cannot use its port towards the same server for a minute (TIME_WAIT), so a
 * client with one address runs out of its 28,000 ports within a second or two. All of 127.0.0.0/8 is this machine, so
 * towards a server on it there are as many addresses as it takes, and each port is used again as late as possible.
 */
final class SourcePorts {
    private static final int ADDRESSES = 100;
    /** Linux' defaults, for a system that does not tell. */
    private static final int FIRST_PORT = 32_768;

    private static final int LAST_PORT = 60_999;
    private static final Path PORT_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    private final InetAddress[] addresses;
    private final int firstPort;
    private final int lastPort;
    private int address;
    private int port;

    private SourcePorts(InetAddress[] addresses, int firstPort, int lastPort) {
        this.addresses = addresses;
        this.firstPort = firstPort;
        this.lastPort = lastPort;
        this.port = firstPort;
    }

    /** The addresses 127.0.{@code net}.1 to .100, with the ports that the system gives to clients. */
    static SourcePorts loopback(int net) throws IOException {
        var addresses = new InetAddress[ADDRESSES];
        for (int i = 0; i < ADDRESSES; i++) {
            addresses[i] = loopbackAddress(net, i + 1);
        }
        if (!Files.isReadable(PORT_RANGE)) {
            return new SourcePorts(addresses, FIRST_PORT, LAST_PORT);
        }
        // By lines, since such a file shows its text only to a first read that has room for all of it.
        var range = new StringTokenizer(Files.readAllLines(PORT_RANGE).get(0));
        return new SourcePorts(addresses, Integer.parseInt(range.nextToken()), Integer.parseInt(range.nextToken()));
    }

    private static InetAddress loopbackAddress(int net, int host) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, (byte) net, (byte) host});
    }

    /** Binds {@code channel} to the next address and port that are free. */
    void bind(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        BindException taken = new BindException("no address and port is free");
        for (int i = 0; i <= lastPort - firstPort; i++) {
            try {
                channel.bind(next());
                return;
            } catch (BindException e) {
                taken = e;
            }
        }
        throw taken;
    }

    private InetSocketAddress next() {
        if (++address == addresses.length) {
            address = 0;
            port = port == lastPort ? firstPort : port + 1;
        }
        return new InetSocketAddress(addresses[address], port);
    }
}
