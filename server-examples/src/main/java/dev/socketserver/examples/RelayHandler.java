package dev.socketserver.examples;

import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Target;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Relays its peer to the first address of a target that accepts. Confined to its connection's turn. */
final class RelayHandler extends StreamRequestHandler {
    private final Target target;
    private final Duration patience;
    private final Consumer<String> log;
    private StreamConnection.@Nullable Relay relay;

    /**
     * Creates a handler.
     *
     * @param patience how long to wait for each address to accept
     * @param log thread-safe
     */
    RelayHandler(Target target, Duration patience, Consumer<String> log) {
        this.target = target;
        this.patience = patience;
        this.log = log;
    }

    @Override
    protected void handle() throws IOException {
        try {
            relay = connection().relayTo(target.first(this::connect));
        } catch (ConnectException e) {
            log.accept(peer() + ": " + e.getMessage());
        }
    }

    private SocketChannel connect(SocketAddress address) throws IOException {
        boolean isInet = address instanceof InetSocketAddress;
        SocketChannel channel = isInet ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            if (isInet) {
                channel.socket().connect(address, Math.toIntExact(patience.toMillis()));
            } else {
                channel.connect(address); // which does not wait for long
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
