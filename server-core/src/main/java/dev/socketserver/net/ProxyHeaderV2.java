package dev.socketserver.net;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The binary header.
 *
 * <pre>
 *   0            12        13      14       16
 *   │ signature   │ version │ family │ length  │ addresses of the family │ type, length, value │ ...
 *   │ 12 bytes    │ command │        │ of all that follows, 2 bytes
 * </pre>
 *
 * <p>Has no state.
 */
final class ProxyHeaderV2 {
    static final byte FIRST = '\r';

    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    private static final int FIXED_LENGTH = 16;
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;
    private static final int UNIX_LENGTH = 108;
    private static final int TLV_FIXED_LENGTH = 3;
    private static final int TLV_CRC32C = 0x03;

    private ProxyHeaderV2() {}

    /** See {@link ProxyHeader#read}. */
    static @Nullable ProxyHeader read(ByteBuf in) throws ProxyProtocolException {
        ProxyHeader.checkBeginning(in, SIGNATURE);
        int begin = in.readerIndex();
        if (in.readableBytes() > SIGNATURE.length) {
            checkCommand(in.getUnsignedByte(begin + SIGNATURE.length));
        }
        if (in.readableBytes() < FIXED_LENGTH) {
            return null;
        }
        int length = FIXED_LENGTH + in.getUnsignedShort(begin + FIXED_LENGTH - 2);
        if (in.readableBytes() < length) {
            return null;
        }
        ProxyHeader header = parse(in.slice(begin, length));
        in.skipBytes(length);
        return header;
    }

    private static void checkCommand(int versionAndCommand) throws ProxyProtocolException {
        if (versionAndCommand != LOCAL && versionAndCommand != PROXY) {
            throw new ProxyProtocolException(
                    "the PROXY header has no known version and command: " + hex(versionAndCommand));
        }
    }

    private static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }

    private static ProxyHeader parse(ByteBuf header) throws ProxyProtocolException {
        ByteBuf rest = header.slice();
        rest.skipBytes(SIGNATURE.length);
        boolean isLocal = rest.readUnsignedByte() == LOCAL;
        int family = rest.readUnsignedByte();
        rest.skipBytes(2);
        if (isLocal) {
            return ProxyHeader.NONE; // the rest is to be discarded, whatever it is
        }
        ProxyHeader parsed = addresses(rest, family);
        checkExtensions(header, rest);
        return parsed;
    }

    /** Reads the addresses; a datagram's are as good as a stream's. */
    private static ProxyHeader addresses(ByteBuf in, int family) throws ProxyProtocolException {
        return switch (family) {
            case 0x00 -> ProxyHeader.NONE;
            case 0x11, 0x12 -> internet(require(in, 2 * (IPV4_LENGTH + 2)), IPV4_LENGTH);
            case 0x21, 0x22 -> internet(require(in, 2 * (IPV6_LENGTH + 2)), IPV6_LENGTH);
            case 0x31, 0x32 -> unix(require(in, 2 * UNIX_LENGTH));
            default -> throw new ProxyProtocolException("the PROXY header is of no known family: " + hex(family));
        };
    }

    private static ByteBuf require(ByteBuf in, int length) throws ProxyProtocolException {
        if (in.readableBytes() < length) {
            throw new ProxyProtocolException(
                    "the PROXY header has " + in.readableBytes() + " bytes for addresses that take " + length);
        }
        return in.readSlice(length);
    }

    private static ProxyHeader internet(ByteBuf in, int length) {
        InetAddress source = address(in, length);
        InetAddress destination = address(in, length);
        return new ProxyHeader(
                new InetSocketAddress(source, in.readUnsignedShort()),
                new InetSocketAddress(destination, in.readUnsignedShort()));
    }

    private static InetAddress address(ByteBuf in, int length) {
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }

    private static ProxyHeader unix(ByteBuf in) throws ProxyProtocolException {
        return new ProxyHeader(path(in.readSlice(UNIX_LENGTH)), path(in.readSlice(UNIX_LENGTH)));
    }

    /** Reads a path that ends with a zero byte, if it is shorter; none for an unnamed or an abstract socket. */
    private static SocketAddress path(ByteBuf in) throws ProxyProtocolException {
        int end = in.bytesBefore((byte) 0);
        String path = in.toString(0, end < 0 ? in.readableBytes() : end, Charset.defaultCharset());
        try {
            return UnixDomainSocketAddress.of(path);
        } catch (InvalidPathException e) {
            throw new ProxyProtocolException("the PROXY header has no valid path: " + e.getMessage());
        }
    }

    /** Goes through the extensions, of which the checksum is the only one that matters here. */
    private static void checkExtensions(ByteBuf header, ByteBuf rest) throws ProxyProtocolException {
        while (rest.isReadable()) {
            if (rest.readableBytes() < TLV_FIXED_LENGTH) {
                throw new ProxyProtocolException("the PROXY header ends inside an extension");
            }
            int type = rest.readUnsignedByte();
            int length = rest.readUnsignedShort();
            if (rest.readableBytes() < length) {
                throw new ProxyProtocolException("an extension of the PROXY header is longer than the header: " + length
                        + " of " + rest.readableBytes() + " bytes");
            }
            if (type == TLV_CRC32C) {
                checkChecksum(header, rest.readerIndex(), length);
            }
            rest.skipBytes(length);
        }
    }

    /** Compares the checksum with that of the header, in which its own bytes count as zeros. */
    private static void checkChecksum(ByteBuf header, int at, int length) throws ProxyProtocolException {
        if (length != Integer.BYTES) {
            throw new ProxyProtocolException("the PROXY header's checksum has " + length + " bytes");
        }
        var checksum = new CRC32C();
        checksum.update(header.nioBuffer(0, at));
        checksum.update(new byte[Integer.BYTES]);
        int behind = at + Integer.BYTES;
        checksum.update(header.nioBuffer(behind, header.readableBytes() - behind));
        if ((int) checksum.getValue() != header.getInt(at)) {
            throw new ProxyProtocolException("the PROXY header's checksum is wrong");
        }
    }
}
