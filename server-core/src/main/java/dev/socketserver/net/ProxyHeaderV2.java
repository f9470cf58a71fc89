package dev.socketserver.net;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The binary header.
 *
 * <pre>
 *   0            12        13          14         16
 *   │ signature   │ version │ family    │ length   │ addresses of the family │ type, length, value │ ...
 *   │ 12 bytes    │ command │ transport │ of all that follows, 2 bytes
 * </pre>
 *
 * <p>With the command {@code LOCAL}, all that follows is discarded, the family included. With an unspecified family or
 * transport there are no addresses to use: those of a known family are skipped, and what is left counts as extensions
 * if it consists of whole ones, otherwise as addresses of a kind that nobody knows, and is skipped too. Stateless.
 */
final class ProxyHeaderV2 {
    static final byte FIRST = '\r';

    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    private static final int COMMAND_AT = 12;
    private static final int FAMILY_AT = 13;
    private static final int LENGTH_AT = 14;
    private static final int FIXED_LENGTH = 16;

    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;

    private static final int UNSPECIFIED = 0;
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;
    private static final int UNIX = 3;
    private static final int DATAGRAM = 2;

    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;
    private static final int UNIX_LENGTH = 108;

    private ProxyHeaderV2() {}

    /** See {@link ProxyHeader#read}. */
    static @Nullable ProxyHeader read(ByteBuf in) throws ProxyProtocolException {
        ProxyHeader.checkBeginning(in, SIGNATURE);
        int begin = in.readerIndex();
        int seen = in.readableBytes();
        if (seen > COMMAND_AT) {
            checkCommand(in.getUnsignedByte(begin + COMMAND_AT));
        }
        if (seen > FAMILY_AT && in.getUnsignedByte(begin + COMMAND_AT) == PROXY) {
            checkFamily(in.getUnsignedByte(begin + FAMILY_AT));
        }
        if (seen < FIXED_LENGTH) {
            return null;
        }
        int length = FIXED_LENGTH + in.getUnsignedShort(begin + LENGTH_AT);
        if (seen < length) {
            return null;
        }
        ProxyHeader header = parse(in.slice(begin, length));
        in.skipBytes(length);
        return header;
    }

    private static void checkCommand(int versionAndCommand) throws ProxyProtocolException {
        if (versionAndCommand != LOCAL && versionAndCommand != PROXY) {
            throw new ProxyProtocolException(
                    "unknown version or command in the PROXY header: " + hex(versionAndCommand));
        }
    }

    private static void checkFamily(int familyAndTransport) throws ProxyProtocolException {
        if (family(familyAndTransport) > UNIX || transport(familyAndTransport) > DATAGRAM) {
            throw new ProxyProtocolException(
                    "unknown family or transport in the PROXY header: " + hex(familyAndTransport));
        }
    }

    private static int family(int familyAndTransport) {
        return familyAndTransport >> 4;
    }

    private static int transport(int familyAndTransport) {
        return familyAndTransport & 0xF;
    }

    private static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }

    private static ProxyHeader parse(ByteBuf header) throws ProxyProtocolException {
        if (header.getUnsignedByte(COMMAND_AT) == LOCAL) {
            return ProxyHeader.NONE;
        }
        int familyAndTransport = header.getUnsignedByte(FAMILY_AT);
        int family = family(familyAndTransport);
        ByteBuf rest = header.slice().skipBytes(FIXED_LENGTH);
        if (family == UNSPECIFIED || transport(familyAndTransport) == UNSPECIFIED) {
            return new ProxyHeader(null, null, unspecifiedTlvs(header, rest, addressesLength(family)));
        }
        ByteBuf addresses = addresses(rest, addressesLength(family));
        SocketAddress source;
        SocketAddress destination;
        if (family == UNIX) {
            source = path(addresses.readSlice(UNIX_LENGTH));
            destination = path(addresses.readSlice(UNIX_LENGTH));
        } else {
            int length = family == IPV4 ? IPV4_LENGTH : IPV6_LENGTH;
            source = new InetSocketAddress(address(addresses, 0, length), addresses.getUnsignedShort(2 * length));
            destination = new InetSocketAddress(
                    address(addresses, length, length), addresses.getUnsignedShort(2 * length + 2));
        }
        return new ProxyHeader(source, destination, tlvs(header, rest));
    }

    private static int addressesLength(int family) {
        return switch (family) {
            case IPV4 -> 2 * (IPV4_LENGTH + Short.BYTES);
            case IPV6 -> 2 * (IPV6_LENGTH + Short.BYTES);
            case UNIX -> 2 * UNIX_LENGTH;
            default -> 0;
        };
    }

    private static ByteBuf addresses(ByteBuf rest, int length) throws ProxyProtocolException {
        if (rest.readableBytes() < length) {
            throw new ProxyProtocolException("the PROXY header is too short for its addresses: " + rest.readableBytes()
                    + " of " + length + " bytes");
        }
        return rest.readSlice(length);
    }

    private static InetAddress address(ByteBuf in, int at, int length) {
        byte[] bytes = new byte[length];
        in.getBytes(at, bytes);
        return IpLiteral.of(bytes);
    }

    /** Reads a path that ends at its first zero byte, if any; an unnamed or abstract socket's is empty. */
    private static SocketAddress path(ByteBuf in) throws ProxyProtocolException {
        int end = in.bytesBefore((byte) 0);
        String path = in.toString(0, end == -1 ? in.readableBytes() : end, Charset.defaultCharset());
        try {
            return UnixDomainSocketAddress.of(path);
        } catch (InvalidPathException e) {
            throw new ProxyProtocolException("invalid path in the PROXY header: " + e.getMessage());
        }
    }

    private static ProxyTlvs unspecifiedTlvs(ByteBuf header, ByteBuf rest, int addressesLength)
            throws ProxyProtocolException {
        if (!rest.isReadable(addressesLength)) {
            return ProxyTlvs.NONE;
        }
        rest.skipBytes(addressesLength);
        return TlvBlock.isWhole(rest) ? tlvs(header, rest) : ProxyTlvs.NONE;
    }

    /** Reads the extensions and checks the checksum, if there is one. */
    private static ProxyTlvs tlvs(ByteBuf header, ByteBuf rest) throws ProxyProtocolException {
        ProxyTlvs tlvs = ProxyTlvs.copyOf(rest);
        int offset = tlvs.checksumOffset();
        if (offset != -1) {
            checkChecksum(header, rest.readerIndex() + offset);
        }
        return tlvs;
    }

    /** Compares the checksum with that of the header, in which its own bytes count as zeros. */
    private static void checkChecksum(ByteBuf header, int at) throws ProxyProtocolException {
        var checksum = new CRC32C();
        checksum.update(header.nioBuffer(0, at));
        checksum.update(new byte[Integer.BYTES]);
        int behind = at + Integer.BYTES;
        checksum.update(header.nioBuffer(behind, header.readableBytes() - behind));
        if ((int) checksum.getValue() != header.getInt(at)) {
            throw new ProxyProtocolException("the checksum of the PROXY header is wrong");
        }
    }
}
