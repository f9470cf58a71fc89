package dev.socketserver.examples.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server to load, or to relay to. Immutable and thread-safe.
 *
 * @param scheme the kind of connections, if the target specifies it
 * @param host the host name, for checking the certificate; {@code localhost} for a Unix-domain socket
 * @param addresses the addresses at which it may listen, at least one
 */
public record Target(Optional<Scheme> scheme, String host, List<SocketAddress> addresses) {
    private static final int MAX_PORT = 65_535;
    private static final String LOCALHOST = "localhost";
    private static final Pattern FORM =
            Pattern.compile("(?:(\\w+)://)?(?:\\[([^\\]]+)]|([^\\[\\]]*)):(\\w*)/?", Pattern.CASE_INSENSITIVE);
    /** The time within which a system reports that nothing listens on a local UDP port. */
    private static final int UDP_SILENCE_MILLIS = 100;

    /** The kinds of connections. */
    public enum Scheme {
        /** Plain TCP. */
        TCP,
        /** TLS over TCP. */
        TLS,
        /** Datagrams. */
        UDP,
        /** A Unix-domain socket. */
        UNIX;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Parses {@code HOST:PORT} or {@code [IPV6]:PORT}, optionally preceded by {@code tcp://}, {@code tls://} or
     * {@code udp://}, or {@code unix:PATH} or {@code unix://PATH}; resolves the host.
     *
     * @throws IllegalArgumentException if it is none of these, or the host is unknown
     */
    public static Target parse(String text) {
        if (text.startsWith("unix:")) {
            String path = text.substring(5).replaceFirst("^//(?=/)", "");
            if (path.isEmpty()) {
                throw new IllegalArgumentException("must be unix:PATH: " + text);
            }
            return new Target(Optional.of(Scheme.UNIX), LOCALHOST, List.of(UnixDomainSocketAddress.of(path)));
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("must be HOST:PORT: " + text);
        }
        String host = form.group(2) == null ? form.group(3) : form.group(2);
        if (form.group(2) == null && host.contains(":")) {
            throw new IllegalArgumentException("an IPv6 address must be in brackets, [::1]:7007: " + text);
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("must be HOST:PORT: " + text);
        }
        int port = port(form.group(4), text);
        List<SocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : resolve(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return new Target(scheme(form.group(1)), host, List.copyOf(addresses));
    }

    private static Optional<Scheme> scheme(String text) {
        if (text == null) {
            return Optional.empty();
        }
        return Arrays.stream(Scheme.values())
                .filter(scheme -> scheme.name().equalsIgnoreCase(text))
                .findFirst()
                .or(() -> {
                    throw new IllegalArgumentException(
                            text.toLowerCase(Locale.ROOT).startsWith("http")
                                    ? "http:// is not supported: use tcp:// or tls://, and --send the request"
                                    : "must begin with tcp://, tls://, udp://, unix: or nothing, not " + text + "://");
                });
    }

    /**
     * Resolves a host. For localhost, adds both loopback addresses, since name services often return only one,
     * regardless of the server's address family.
     */
    private static List<InetAddress> resolve(String host) {
        try {
            List<InetAddress> addresses = new ArrayList<>(List.of(InetAddress.getAllByName(host)));
            if (host.equalsIgnoreCase(LOCALHOST)) {
                for (String loopback : List.of("127.0.0.1", "::1")) {
                    InetAddress address = InetAddress.getByAddress(
                            LOCALHOST, InetAddress.getByName(loopback).getAddress());
                    if (!addresses.contains(address)) {
                        addresses.add(address);
                    }
                }
            }
            return addresses;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("unknown host: " + host, e);
        }
    }

    private static int port(String text, String target) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException ignored) {
            // The message is the same as for a number out of range.
        }
        throw new IllegalArgumentException("port must be 1 to " + MAX_PORT + ": " + target);
    }

    /**
     * Returns the first address on which a server listens, found by opening a connection and closing it.
     *
     * @param limit the longest time to try each address
     * @throws ConnectException if no server listens on any of them; the message explains why
     */
    public SocketAddress firstListening(Duration limit) throws IOException {
        return first(address -> {
            probeConnection(address, limit);
            return address;
        });
    }

    /**
     * Returns the first address to which datagrams can be sent.
     *
     * @param datagram the datagram to send as a probe
     * @throws ConnectException if none of them accepts datagrams; the message explains why
     */
    public SocketAddress firstListening(byte[] datagram) throws IOException {
        return first(address -> {
            probeDatagrams(address, datagram);
            return address;
        });
    }

    /**
     * What is tried with one address.
     *
     * @param <T> what comes of it
     */
    @FunctionalInterface
    public interface Attempt<T> {
        /** Returns what comes of it, unless it fails with this address. */
        T with(SocketAddress address) throws IOException;
    }

    /**
     * Tries the addresses in turn until one does not fail.
     *
     * @throws ConnectException if all fail; the message explains why
     */
    public <T> T first(Attempt<T> attempt) throws ConnectException {
        List<String> failures = new ArrayList<>();
        for (SocketAddress address : addresses) {
            try {
                return attempt.with(address);
            } catch (IOException e) {
                failures.add("cannot connect to " + AddressText.of(address) + ": " + e.getMessage());
            }
        }
        throw new ConnectException(String.join("; ", failures));
    }

    private static void probeConnection(SocketAddress address, Duration limit) throws IOException {
        try (Selector selector = Selector.open();
                SocketChannel channel = address instanceof UnixDomainSocketAddress
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open()) {
            channel.configureBlocking(false);
            if (!channel.connect(address)) {
                channel.register(selector, SelectionKey.OP_CONNECT);
                if (selector.select(limit.toMillis() + 1) == 0) {
                    throw new ConnectException("no answer within " + limit.toMillis() / 1e3 + " s");
                }
                channel.finishConnect();
            }
        }
    }

    private static void probeDatagrams(SocketAddress address, byte[] datagram) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.connect(address);
            socket.setSoTimeout(UDP_SILENCE_MILLIS);
            socket.send(new DatagramPacket(datagram, datagram.length));
            socket.receive(new DatagramPacket(new byte[1], 1));
        } catch (SocketTimeoutException silence) {
            // A server may listen there; the run reports lost answers.
        } catch (PortUnreachableException e) {
            throw new ConnectException("Connection refused");
        }
    }
}
