package dev.socketserver.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes addresses of their texts and bytes; never asks a name server. Stateless. */
final class IpLiteral {
    private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern V4 = Pattern.compile(BYTE + "(?:\\." + BYTE + "){3}");

    /** What may be an IPv6 address. The JDK takes a text with a colon for nothing else. */
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:][0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private IpLiteral() {}

    /** Returns the address, or null if the text is not one. */
    static @Nullable InetAddress parse(String text) {
        InetAddress v4 = parseV4(text);
        return v4 == null ? parseV6(text) : v4;
    }

    static @Nullable InetAddress parseV4(String text) {
        return V4.matcher(text).matches() ? parseLiteral(text) : null;
    }

    static @Nullable InetAddress parseV6(String text) {
        return V6.matcher(text).matches() ? parseLiteral(text) : null;
    }

    private static @Nullable InetAddress parseLiteral(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Returns the address of 4 or 16 bytes, without a scope. */
    static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }
}
