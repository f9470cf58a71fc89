package dev.socketserver.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * The extensions of a version 2 PROXY header: type-length-value vectors (TLVs) in which a proxy passes on information
 * about the client. Unknown types are kept; if several extensions have the same type, the first one counts. Their total
 * size is at most 64 KiB. Immutable and thread-safe.
 *
 * <p>An extension is only as trustworthy as the proxy that sent it, and many merely repeat what the client sent.
 */
public final class ProxyTlvs {
    /** No extensions. */
    public static final ProxyTlvs NONE = new ProxyTlvs(TlvBlock.EMPTY);

    private static final int ALPN = 0x01;
    private static final int AUTHORITY = 0x02;
    private static final int CRC32C = 0x03;
    private static final int UNIQUE_ID = 0x05;
    private static final int SSL = 0x20;
    private static final int NETNS = 0x30;

    private final TlvBlock block;

    private ProxyTlvs(TlvBlock block) {
        this.block = block;
    }

    /**
     * Copies the readable bytes.
     *
     * @throws ProxyProtocolException if the extensions, or those inside the TLS extension, do not end where the bytes
     *     do, or there are two checksums
     */
    static ProxyTlvs copyOf(ByteBuf in) throws ProxyProtocolException {
        if (!in.isReadable()) {
            return NONE;
        }
        TlvBlock block = TlvBlock.copyOf(in);
        if (block.count(CRC32C) > 1) {
            throw new ProxyProtocolException("the PROXY header has more than one checksum");
        }
        byte[] tls = block.value(SSL);
        if (tls != null) {
            ProxyTls.check(tls);
        }
        return new ProxyTlvs(block);
    }

    /** Returns the offset of the checksum's value from the first extension, or -1 if there is no checksum. */
    int checksumOffset() throws ProxyProtocolException {
        int offset = block.offset(CRC32C);
        if (offset != -1 && block.length(CRC32C) != Integer.BYTES) {
            throw new ProxyProtocolException(
                    "the checksum of the PROXY header has " + block.length(CRC32C) + " bytes instead of 4");
        }
        return offset;
    }

    /** Returns whether there are no extensions. */
    public boolean isEmpty() {
        return block.isEmpty();
    }

    /** Returns the application protocol that client and proxy agreed on (ALPN), such as {@code h2}. */
    public Optional<String> applicationProtocol() {
        return block.text(ALPN, ISO_8859_1);
    }

    /** Returns the host name that the client asked for; with TLS, its server name indication (SNI). */
    public Optional<String> authority() {
        return block.text(AUTHORITY, UTF_8);
    }

    /** Returns the proxy's identifier of the connection, an opaque sequence of usually at most 128 bytes. */
    public Optional<byte[]> uniqueId() {
        return value(UNIQUE_ID);
    }

    /** Returns the name of the network namespace in which the proxy accepted the connection. */
    public Optional<String> networkNamespace() {
        return block.text(NETNS, US_ASCII);
    }

    /** Returns what the proxy reports about its TLS connection with the client. */
    public Optional<ProxyTls> tls() {
        return value(SSL).map(ProxyTls::new);
    }

    /**
     * Returns a copy of the first value of a type, registered or not, such as AWS's {@code 0xEA}.
     *
     * @param type 0 to 255
     */
    public Optional<byte[]> value(int type) {
        return Optional.ofNullable(block.value(type));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProxyTlvs tlvs && block.equals(tlvs.block);
    }

    @Override
    public int hashCode() {
        return block.hashCode();
    }

    /** Returns the type and length of each extension, not its value. */
    @Override
    public String toString() {
        return block.toString();
    }
}
