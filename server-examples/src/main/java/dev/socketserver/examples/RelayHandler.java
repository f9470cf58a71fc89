package dev.socketserver.examples;

import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.examples.cli.AddressText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Relays its peer to the first of some addresses that accepts. Confined to its connection's turn. */
final class RelayHandler extends StreamRequestHandler {
    private final List<SocketAddress> targets;
    private final Duration patience;
    private final Consumer<String> log;
    private StreamConnection.@Nullable Relay relay;

    /**
     * Creates a handler.
     *
     * @param patience how long to wait for each address to accept
     * @param log thread-safe
     */
    RelayHandler(List<SocketAddress> targets, Duration patience, Consumer<String> log) {
        this.targets = targets;
        this.patience = patience;
        this.log = log;
    }

    @Override
    protected void handle() throws IOException {
        try {
            relay = connection().relayTo(connect());
        } catch (ConnectException e) {
            log.accept(peer() + ": " + e.getMessage());
        }
    }

    private SocketChannel connect() throws ConnectException {
        List<String> failures = new ArrayList<>();
        for (SocketAddress target : targets) {
            try {
                return connect(target);
            } catch (IOException e) {
                failures.add("cannot connect to " + AddressText.of(target) + ": " + e.getMessage());
            }
        }
        throw new ConnectException(String.join("; ", failures));
    }

    private SocketChannel connect(SocketAddress target) throws IOException {
        boolean isInet = target instanceof InetSocketAddress;
        SocketChannel channel = isInet ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            if (isInet) {
                channel.socket().connect(target, Math.toIntExact(patience.toMillis()));
            } else {
                channel.connect(target); // which does not wait for long
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    protected void finish() {
        if (relay != null) {
            String end = connection().endedBy().map(Enum::name).orElse("");
            log.accept(
                    peer() + ": " + relay.bytesSent() + " bytes sent, " + relay.bytesReceived() + " received, " + end);
        }
    }

    private String peer() {
        return "#" + connection().id() + " " + AddressText.of(connection().remoteAddress());
    }
}
