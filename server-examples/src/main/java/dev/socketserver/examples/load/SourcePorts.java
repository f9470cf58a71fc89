package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;

/**
 * The local addresses and ports that a loop connects from, in turn. Confined to one client loop.
 *
 * <p>The side that closes a connection first cannot reuse its port for the same server for a minute (TIME_WAIT), so a
 * client with one address runs out of its 28,000 ports within a second or two. All of 127.0.0.0/8 belongs to this
 * machine, so towards a local server there are enough addresses, and each port is reused as late as possible.
 */
final class SourcePorts {
    /** Linux's defaults, for a system that does not report its port range. */
    private static final int FIRST_PORT = 32_768;

    private static final int LAST_PORT = 60_999;
    private static final Path PORT_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    private final InetAddress[] addresses;
    private final int firstPort;
    private final int lastPort;
    private final int step;
    private int address;
    private int port;

    private SourcePorts(InetAddress[] addresses, int firstPort, int lastPort, int step) {
        this.addresses = addresses;
        this.firstPort = firstPort;
        this.lastPort = lastPort;
        this.step = step;
        this.port = firstPort;
    }

    /** Creates the share of loop {@code loop} of {@code loops}: all addresses, with ports that no other loop uses. */
    static SourcePorts of(SourceAddresses sources, int loop, int loops) throws IOException {
        InetAddress[] addresses = sources.addresses().toArray(new InetAddress[0]);
        if (!Files.isReadable(PORT_RANGE)) {
            return new SourcePorts(addresses, FIRST_PORT + loop, LAST_PORT, loops);
        }
        // Read as lines, since such a file returns its text only if the first read has room for all of it.
        var range = new StringTokenizer(Files.readAllLines(PORT_RANGE).get(0));
        int first = Integer.parseInt(range.nextToken());
        return new SourcePorts(addresses, first + loop, Integer.parseInt(range.nextToken()), loops);
    }

    /** Binds {@code channel} to the next free address and port. */
    void bind(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        BindException taken = new BindException("no port is free");
        for (int tried = firstPort; tried <= lastPort; tried += step) {
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
        if (++address >= addresses.length) {
            address = 0;
            port = port + step > lastPort ? firstPort : port + step;
        }
        return new InetSocketAddress(addresses[address], port);
    }
}
