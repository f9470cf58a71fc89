package dev.socketserver.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.Optional;

/**
 * A proxy's description of its TLS connection with the client, from the {@code PP2_TYPE_SSL} extension of a PROXY
 * header. Immutable and thread-safe.
 */
public final class ProxyTls {
    private static final int FIXED_LENGTH = 5;

    private static final int CLIENT_SSL = 0x01;
    private static final int CLIENT_CERT_CONN = 0x02;
    private static final int CLIENT_CERT_SESS = 0x04;

    private static final int VERSION = 0x21;
    private static final int COMMON_NAME = 0x22;
    private static final int CIPHER = 0x23;
    private static final int SIGNATURE_ALGORITHM = 0x24;
    private static final int KEY_ALGORITHM = 0x25;

    private final int client;
    private final int verify;
    private final TlvBlock block;

    /** Reads an extension that {@link #check} has accepted. */
    ProxyTls(byte[] value) {
        ByteBuf in = Unpooled.wrappedBuffer(value);
        client = in.readUnsignedByte();
        verify = in.readInt();
        block = TlvBlock.copyOfChecked(in);
    }

    /** Checks that the value has its fixed part, followed by whole vectors. */
    static void check(byte[] value) throws ProxyProtocolException {
        if (value.length < FIXED_LENGTH) {
            throw new ProxyProtocolException("the TLS extension of the PROXY header is too short: " + value.length
                    + " of at least " + FIXED_LENGTH + " bytes");
        }
        TlvBlock.check(Unpooled.wrappedBuffer(value, FIXED_LENGTH, value.length - FIXED_LENGTH));
    }

    /** Returns whether the client connected to the proxy over TLS. */
    public boolean isEncrypted() {
        return isSet(CLIENT_SSL);
    }

    /** Returns whether the client presented a certificate over this connection. */
    public boolean hasConnectionCertificate() {
        return isSet(CLIENT_CERT_CONN);
    }

    /** Returns whether the client presented a certificate at least once in the TLS session of this connection. */
    public boolean hasSessionCertificate() {
        return isSet(CLIENT_CERT_SESS);
    }

    private boolean isSet(int flag) {
        return (client & flag) != 0;
    }

    /**
     * Returns whether the client presented a certificate, in this connection or earlier in its session, and the proxy
     * verified it.
     */
    public boolean isVerified() {
        return verify == 0 && (hasConnectionCertificate() || hasSessionCertificate());
    }

    /**
     * Returns the result of the proxy's verification, as an unsigned number; 0 means no error, which HAProxy also
     * reports for a client without a certificate. See {@link #isVerified}.
     */
    public long verifyResult() {
        return Integer.toUnsignedLong(verify);
    }

    /** Returns the TLS version, such as {@code TLSv1.3}. */
    public Optional<String> version() {
        return block.text(VERSION, US_ASCII);
    }

    /**
     * Returns the common name in the client certificate's subject; trust it only if the certificate
     * {@linkplain #isVerified was verified}.
     */
    public Optional<String> commonName() {
        return block.text(COMMON_NAME, UTF_8);
    }

    /** Returns the cipher suite, such as {@code TLS_AES_256_GCM_SHA384}. */
    public Optional<String> cipher() {
        return block.text(CIPHER, US_ASCII);
    }

    /** Returns the algorithm that the proxy's own certificate was signed with, such as {@code RSA-SHA256}. */
    public Optional<String> signatureAlgorithm() {
        return block.text(SIGNATURE_ALGORITHM, US_ASCII);
    }

    /** Returns the algorithm of the key in the proxy's own certificate, such as {@code RSA2048}. */
    public Optional<String> keyAlgorithm() {
        return block.text(KEY_ALGORITHM, US_ASCII);
    }

    /**
     * Returns a copy of the first value of a type inside the TLS extension.
     *
     * @param type 0 to 255
     */
    public Optional<byte[]> value(int type) {
        return Optional.ofNullable(block.value(type));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProxyTls tls && client == tls.client && verify == tls.verify && block.equals(tls.block);
    }

    @Override
    public int hashCode() {
        return Objects.hash(client, verify, block);
    }

    /** Returns the flags, the result of the verification, and the type and length of each value. */
    @Override
    public String toString() {
        return "ProxyTls[client=0x" + Integer.toHexString(client) + ", verify=" + verifyResult() + ", " + block + "]";
    }
}
