package dev.socketserver.net;

import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy tells of the connection that it passes on, by the PROXY protocol of HAProxy, version 1 or 2 (<a
 * href="https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt">the specification</a>, 2020). Immutable, so
 * thread-safe.
 *
 * @param source the real peer's address; null if the proxy speaks for itself ({@code LOCAL}), or does not know
 *     ({@code UNKNOWN}, {@code UNSPEC})
 * @param destination the address that the peer connected to; null likewise
 */
public record ProxyHeader(
        @Nullable SocketAddress source, @Nullable SocketAddress destination) {
    /** The header of a connection that is the proxy's own, or whose peer the proxy does not know. */
    static final ProxyHeader NONE = new ProxyHeader(null, null);

    /**
     * Reads a header from the beginning of what has come and consumes it, and nothing behind it; consumes nothing if it
     * is not complete yet.
     *
     * @return the header, or null if more bytes are needed
     * @throws ProxyProtocolException if no valid header can become of these bytes, whatever follows
     */
    public static @Nullable ProxyHeader read(ByteBuf in) throws ProxyProtocolException {
        if (!in.isReadable()) {
            return null;
        }
        return switch (in.getByte(in.readerIndex())) {
            case ProxyHeaderV1.FIRST -> ProxyHeaderV1.read(in);
            case ProxyHeaderV2.FIRST -> ProxyHeaderV2.read(in);
            default -> throw new ProxyProtocolException("there is no PROXY header");
        };
    }

    /** Checks what there is of a fixed beginning. */
    static void checkBeginning(ByteBuf in, byte[] expected) throws ProxyProtocolException {
        int known = Math.min(in.readableBytes(), expected.length);
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != expected[i]) {
                throw new ProxyProtocolException("there is no PROXY header");
            }
        }
    }
}
