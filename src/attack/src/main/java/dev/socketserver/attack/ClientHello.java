package dev.socketserver.attack;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** The first step of a TLS handshake, as the JDK's client sends it, as text with a character a byte. */
final class ClientHello {
    private ClientHello() {}

    /** Returns its bytes. */
    static String bytes() {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            return new String(hello.array(), 0, hello.position(), StandardCharsets.ISO_8859_1);
        } catch (NoSuchAlgorithmException | SSLException e) {
            throw new IllegalStateException("the JDK has no TLS", e);
        }
    }

    /** Returns its first half. */
    static String half() {
        String whole = bytes();
        return whole.substring(0, whole.length() / 2);
    }
}
