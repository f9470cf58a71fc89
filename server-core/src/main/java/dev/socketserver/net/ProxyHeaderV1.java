package dev.socketserver.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header as a line of text, such as {@code PROXY TCP4 192.0.2.1 198.51.100.1 56324 443}, with CR LF. Stateless. */
final class ProxyHeaderV1 {
    static final byte FIRST = 'P';

    /** The length of the longest line, including CR LF. */
    static final int MAX_LENGTH = 107;

    private static final byte[] BEGINNING = "PROXY ".getBytes(US_ASCII);
    private static final int MAX_PORT = 65_535;
    private static final Pattern PORT = Pattern.compile("0|[1-9]\\d{0,4}");

    private ProxyHeaderV1() {}

    /** See {@link ProxyHeader#read}. */
    static @Nullable ProxyHeader read(ByteBuf in) throws ProxyProtocolException {
        ProxyHeader.checkBeginning(in, BEGINNING);
        int begin = in.readerIndex();
        int seen = Math.min(in.readableBytes(), MAX_LENGTH);
        int lineFeed = in.indexOf(begin, begin + seen, (byte) '\n');
        if (lineFeed == -1) {
            if (seen == MAX_LENGTH) {
                throw new ProxyProtocolException("the PROXY line exceeds " + MAX_LENGTH + " bytes");
            }
            return null;
        }
        if (in.getByte(lineFeed - 1) != '\r') {
            throw new ProxyProtocolException("the PROXY line does not end with CR LF");
        }
        ProxyHeader header = parse(in.toString(begin, lineFeed - 1 - begin, US_ASCII));
        in.readerIndex(lineFeed + 1);
        return header;
    }

    private static ProxyHeader parse(String line) throws ProxyProtocolException {
        String[] words = line.split(" ", -1);
        return switch (words[1]) {
            case "UNKNOWN" -> ProxyHeader.NONE; // the rest of the line is to be ignored
            case "TCP4" -> parse(words, IpLiteral::parseV4);
            case "TCP6" -> parse(words, IpLiteral::parseV6);
            default -> throw new ProxyProtocolException("unknown protocol in the PROXY line: " + words[1]);
        };
    }

    private static ProxyHeader parse(String[] words, Function<String, @Nullable InetAddress> family)
            throws ProxyProtocolException {
        if (words.length != 6) {
            throw new ProxyProtocolException("the PROXY line has " + words.length + " words instead of 6");
        }
        return new ProxyHeader(
                address(family.apply(words[2]), words[2], words[4]),
                address(family.apply(words[3]), words[3], words[5]));
    }

    private static InetSocketAddress address(@Nullable InetAddress address, String text, String port)
            throws ProxyProtocolException {
        if (address == null) {
            throw new ProxyProtocolException("invalid address in the PROXY line: " + text);
        }
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > MAX_PORT) {
            throw new ProxyProtocolException("invalid port in the PROXY line: " + port);
        }
        return new InetSocketAddress(address, Integer.parseInt(port));
    }
}
