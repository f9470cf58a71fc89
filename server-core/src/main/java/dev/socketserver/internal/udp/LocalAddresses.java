package dev.socketserver.internal.udp;

import dev.socketserver.internal.util.Log;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of this machine. They are asked for once in {@link #LIFETIME} at most, since that takes longer than to
 * serve a datagram, and forged ones could each make it necessary. Confined to the receiving thread.
 */
final class LocalAddresses {
    /** How long the system's answer is used. */
    static final Duration LIFETIME = Duration.ofSeconds(1);

    private static final Log LOG = Log.of(LocalAddresses.class);

    /** What asks the system. */
    interface Lookup {
        /** Returns all addresses of the machine. */
        Stream<InetAddress> addresses() throws SocketException;
    }

    private final Lookup lookup;
    private final LongSupplier nanoTime;
    private @Nullable Set<InetAddress> known; // null before the first question
    private long knownSince;

    LocalAddresses() {
        this(() -> NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses), System::nanoTime);
    }

    LocalAddresses(Lookup lookup, LongSupplier nanoTime) {
        this.lookup = lookup;
        this.nanoTime = nanoTime;
    }

    /** Returns whether the address is one of this machine. */
    boolean contains(InetAddress address) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress() || known().contains(address);
    }

    private Set<InetAddress> known() {
        Set<InetAddress> present = known;
        long now = nanoTime.getAsLong();
        if (present == null || now - knownSince > LIFETIME.toNanos()) {
            present = find();
            known = present;
            knownSince = now;
        }
        return present;
    }

    private Set<InetAddress> find() {
        try (Stream<InetAddress> addresses = lookup.addresses()) {
            return addresses.collect(Collectors.toSet());
        } catch (SocketException e) {
            LOG.debug("the system does not tell its addresses: {}", e);
            return Set.of();
        }
    }
}
