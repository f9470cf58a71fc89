package dev.socketserver.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.zip.CRC32C;

/** Makes the bytes of headers, valid or not; unpooled, so that nothing has to be released. */
public final class ProxyHeaders {
    /** The beginning of every binary header. */
    private static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};

    /** The command that speaks for a peer. */
    public static final int PROXY = 0x21;

    /** The command with which a proxy speaks for itself. */
    public static final int LOCAL = 0x20;

    private ProxyHeaders() {}

    /** A text header, as it is written. */
    public static ByteBuf text(String line) {
        return Unpooled.copiedBuffer(line, US_ASCII);
    }

    /** A binary header; the length is that of what follows. */
    public static ByteBuf binary(int command, int family, ByteBuf rest) {
        return Unpooled.buffer()
                .writeBytes(SIGNATURE)
                .writeByte(command)
                .writeByte(family)
                .writeShort(rest.readableBytes())
                .writeBytes(rest);
    }

    /** The addresses 192.0.2.1:56324 and 198.51.100.1:443. */
    public static ByteBuf ipv4() {
        return Unpooled.buffer()
                .writeBytes(new byte[] {(byte) 192, 0, 2, 1, (byte) 198, 51, 100, 1})
                .writeShort(56_324)
                .writeShort(443);
    }

    /** The addresses [2001:db8::1]:56324 and [2001:db8::2]:443. */
    public static ByteBuf ipv6() {
        return Unpooled.buffer()
                .writeLong(0x20010DB8_00000000L)
                .writeLong(1)
                .writeLong(0x20010DB8_00000000L)
                .writeLong(2)
                .writeShort(56_324)
                .writeShort(443);
    }

    /** Two paths. */
    public static ByteBuf unix(String source, String destination) {
        ByteBuf paths = Unpooled.buffer().writeZero(216);
        paths.setBytes(0, source.getBytes(US_ASCII));
        paths.setBytes(108, destination.getBytes(US_ASCII));
        return paths;
    }

    /** An extension. */
    public static ByteBuf extension(int type, byte... value) {
        return Unpooled.buffer().writeByte(type).writeShort(value.length).writeBytes(value);
    }

    /** A header for IPv4 with extensions around a checksum, which is right. */
    public static ByteBuf withChecksum() {
        return sealed(binary(
                PROXY,
                0x11,
                ipv4().writeBytes(extension(0x01, (byte) 'h', (byte) '2'))
                        .writeBytes(extension(0x03, new byte[4]))
                        .writeBytes(extension(0xE0, new byte[300]))));
    }

    /** Fills in the checksum of a header for IPv4 whose first checksum is all zeros. */
    public static ByteBuf sealed(ByteBuf header) {
        int at = 16 + 12;
        while (header.getByte(at) != 0x03) {
            at += 3 + header.getUnsignedShort(at + 1);
        }
        var checksum = new CRC32C();
        checksum.update(header.nioBuffer());
        return header.setInt(at + 3, (int) checksum.getValue());
    }
}
