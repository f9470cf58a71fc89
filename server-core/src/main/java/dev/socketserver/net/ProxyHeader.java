package dev.socketserver.net;

import dev.socketserver.internal.util.Printable;
import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A header of HAProxy's PROXY protocol, version 1 or 2 (<a
 * href="https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt">specification</a>, 2020): a proxy's description of
 * the connection that it forwards. Immutable and thread-safe.
 *
 * @param source the address of the client; null if the proxy connects on its own behalf ({@code LOCAL}) or does not
 *     know the client ({@code UNKNOWN}, {@code UNSPEC})
 * @param destination the address that the client connected to; null under the same conditions
 * @param tlvs the extensions of a version 2 header; empty if there are none
 */
public record ProxyHeader(
        @Nullable SocketAddress source, @Nullable SocketAddress destination, ProxyTlvs tlvs) {
    /** The header of a connection that is the proxy's own, or whose client the proxy does not know. */
    static final ProxyHeader NONE = new ProxyHeader(null, null);

    /** Checks that the extensions are not null. */
    public ProxyHeader {
        Objects.requireNonNull(tlvs, "tlvs");
    }

    /** Creates a header without extensions. */
    public ProxyHeader(@Nullable SocketAddress source, @Nullable SocketAddress destination) {
        this(source, destination, ProxyTlvs.NONE);
    }

    /**
     * Reads a header from the readable bytes and consumes exactly the header; consumes nothing while the header is
     * incomplete.
     *
     * @return the header, or null if more bytes are needed
     * @throws ProxyProtocolException if the bytes cannot be the beginning of a valid header
     */
    public static @Nullable ProxyHeader read(ByteBuf in) throws ProxyProtocolException {
        if (!in.isReadable()) {
            return null;
        }
        return switch (in.getByte(in.readerIndex())) {
            case ProxyHeaderV1.FIRST -> ProxyHeaderV1.read(in);
            case ProxyHeaderV2.FIRST -> ProxyHeaderV2.read(in);
            default -> throw notAHeader();
        };
    }

    /** Checks as much of the constant beginning as has arrived. */
    static void checkBeginning(ByteBuf in, byte[] expected) throws ProxyProtocolException {
        int known = Math.min(in.readableBytes(), expected.length);
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != expected[i]) {
                throw notAHeader();
            }
        }
    }

    private static ProxyProtocolException notAHeader() {
        return new ProxyProtocolException("the connection does not begin with a PROXY header");
    }

    /** Returns the addresses and extensions, with control characters escaped. */
    @Override
    public String toString() {
        return Printable.of("ProxyHeader[source=" + source + ", destination=" + destination + ", tlvs=" + tlvs + "]");
    }
}
