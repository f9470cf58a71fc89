package dev.socketserver.internal.udp;

import dev.socketserver.internal.util.Log;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How many datagrams the system has dropped at sockets, as Linux tells in {@code /proc/net/udp} and {@code udp6}: a
 * line for each socket, whose last column is that. Stateless.
 */
final class SystemDrops {
    private static final Log LOG = Log.of(SystemDrops.class);
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));
    private static final byte[] IPV4_MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};
    private static final int IPV6_LENGTH = 16;
    private static final int LOCAL_ADDRESS = 1; // a column

    private SystemDrops() {}

    /** Returns the sum over all sockets that are bound to that address; empty if the system does not tell. */
    static OptionalLong of(InetSocketAddress bound) {
        OptionalLong sum = OptionalLong.empty();
        for (Path table : TABLES) {
            try (Stream<String> lines = Files.lines(table)) {
                sum = OptionalLong.of(sum.orElse(0) + sum(bound, lines));
            } catch (IOException e) {
                LOG.debug("{} cannot be read: {}", table, e); // no Linux, or no IPv6
            }
        }
        return sum;
    }

    /** Returns the sum over the sockets of a table. */
    static long sum(InetSocketAddress bound, Stream<String> lines) {
        Set<String> names = names(bound);
        return lines.map(line -> line.trim().split(" +", -1))
                .filter(columns -> columns.length > LOCAL_ADDRESS && names.contains(columns[LOCAL_ADDRESS]))
                .mapToLong(columns -> Long.parseLong(columns[columns.length - 1]))
                .sum();
    }

    /** Returns what the tables may call an address: one of IPv4 is in both, since a socket of IPv6 may have it. */
    private static Set<String> names(InetSocketAddress bound) {
        InetAddress address = bound.getAddress();
        Set<String> names = new TreeSet<>();
        names.add(name(address.getAddress(), bound.getPort()));
        if (address.isAnyLocalAddress()) {
            names.add(name(new byte[Integer.BYTES], bound.getPort()));
            names.add(name(new byte[IPV6_LENGTH], bound.getPort()));
        } else if (address instanceof Inet4Address) {
            byte[] mapped = ByteBuffer.allocate(IPV6_LENGTH)
                    .put(IPV4_MAPPED)
                    .put(address.getAddress())
                    .array();
            names.add(name(mapped, bound.getPort()));
        }
        return names;
    }

    /** Returns the address as words of 32 bits in the order of the machine's bytes, and the port, all in hex. */
    private static String name(byte[] address, int port) {
        ByteBuffer words = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
        var name = new StringBuilder();
        while (words.hasRemaining()) {
            name.append(String.format("%08X", words.getInt()));
        }
        return name.append(String.format(":%04X", port)).toString();
    }
}
