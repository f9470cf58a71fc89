package dev.socketserver.net;

import static dev.socketserver.net.ProxyHeaders.LOCAL;
import static dev.socketserver.net.ProxyHeaders.PROXY;
import static dev.socketserver.net.ProxyHeaders.binary;
import static dev.socketserver.net.ProxyHeaders.extension;
import static dev.socketserver.net.ProxyHeaders.ipv4;
import static dev.socketserver.net.ProxyHeaders.ipv6;
import static dev.socketserver.net.ProxyHeaders.text;
import static dev.socketserver.net.ProxyHeaders.unix;
import static dev.socketserver.net.ProxyHeaders.withChecksum;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers, byte by byte. */
@Timeout(60)
class ProxyHeaderTest {
    private static final String BEHIND = "bytes behind";
    private static final ProxyHeader V4 =
            new ProxyHeader(new InetSocketAddress("192.0.2.1", 56_324), new InetSocketAddress("198.51.100.1", 443));
    private static final ProxyHeader V6 =
            new ProxyHeader(new InetSocketAddress("2001:db8::1", 56_324), new InetSocketAddress("2001:db8::2", 443));
    private static final ProxyHeader UNIX =
            new ProxyHeader(UnixDomainSocketAddress.of("/from"), UnixDomainSocketAddress.of("/to"));

    private record Case(String name, ByteBuf bytes, ProxyHeader expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> valid() {
        return List.of(
                new Case("v1 TCP4", text("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"), V4),
                new Case("v1 TCP6", text("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"), V6),
                new Case(
                        "v1 with the least and the greatest port",
                        text("PROXY TCP4 192.0.2.1 198.51.100.1 0 65535\r\n"),
                        new ProxyHeader(
                                new InetSocketAddress("192.0.2.1", 0), new InetSocketAddress("198.51.100.1", 65_535))),
                new Case("v1 UNKNOWN", text("PROXY UNKNOWN\r\n"), ProxyHeader.NONE),
                new Case("v1 UNKNOWN with words", text("PROXY UNKNOWN ff:f::1 any thing\r\n"), ProxyHeader.NONE),
                new Case("v1 of 107 bytes", text("PROXY UNKNOWN " + "x".repeat(91) + "\r\n"), ProxyHeader.NONE),
                new Case("v2 TCP4", binary(PROXY, 0x11, ipv4()), V4),
                new Case("v2 UDP4", binary(PROXY, 0x12, ipv4()), V4),
                new Case("v2 TCP6", binary(PROXY, 0x21, ipv6()), V6),
                new Case("v2 UNIX", binary(PROXY, 0x31, unix("/from", "/to")), UNIX),
                new Case("v2 UNIX datagram", binary(PROXY, 0x32, unix("/from", "/to")), UNIX),
                new Case("v2 UNSPEC", binary(PROXY, 0x00, Unpooled.EMPTY_BUFFER), ProxyHeader.NONE),
                new Case("v2 UNSPEC with addresses", binary(PROXY, 0x00, ipv4()), ProxyHeader.NONE),
                new Case(
                        "v2 UNSPEC with padding",
                        binary(PROXY, 0x00, Unpooled.wrappedBuffer(new byte[1])),
                        ProxyHeader.NONE),
                new Case("v2 IPv4 over UNSPEC", binary(PROXY, 0x10, ipv4()), ProxyHeader.NONE),
                new Case("v2 IPv4 over UNSPEC, empty", binary(PROXY, 0x10, Unpooled.EMPTY_BUFFER), ProxyHeader.NONE),
                new Case("v2 UNSPEC over a stream", binary(PROXY, 0x01, ipv6()), ProxyHeader.NONE),
                new Case("v2 LOCAL", binary(LOCAL, 0x00, Unpooled.EMPTY_BUFFER), ProxyHeader.NONE),
                new Case("v2 LOCAL with whatever", binary(LOCAL, 0x77, text("whatever")), ProxyHeader.NONE),
                new Case(
                        "v2 with extensions",
                        binary(PROXY, 0x11, ipv4().writeBytes(extension(4, new byte[9]))),
                        with(V4, extension(4, new byte[9]))),
                new Case(
                        "v2 empty extension",
                        binary(PROXY, 0x11, ipv4().writeBytes(extension(0xEA))),
                        with(V4, extension(0xEA))),
                new Case(
                        "v2 UNSPEC with extension",
                        binary(PROXY, 0x00, extension(0xEA, (byte) 1)),
                        with(ProxyHeader.NONE, extension(0xEA, (byte) 1))),
                new Case(
                        "v2 IPv6 over UNSPEC with extension",
                        binary(PROXY, 0x20, ipv6().writeBytes(extension(0xEA))),
                        with(ProxyHeader.NONE, extension(0xEA))),
                new Case(
                        "v2 with checksum",
                        withChecksum(),
                        with(V4, withChecksum().skipBytes(16 + 12))),
                new Case(
                        "v2 of the greatest length",
                        binary(PROXY, 0x11, largest()),
                        with(V4, largest().skipBytes(12))));
    }

    private static ProxyHeader with(ProxyHeader header, ByteBuf tlvs) {
        try {
            return new ProxyHeader(header.source(), header.destination(), ProxyTlvs.copyOf(tlvs));
        } catch (ProxyProtocolException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ByteBuf largest() {
        return ipv4().writeBytes(extension(0xE1, new byte[65_535 - 12 - 3]));
    }

    private static @Nullable ProxyHeader read(ByteBuf bytes) throws ProxyProtocolException {
        return ProxyHeader.read(bytes);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void aHeaderIsReadAndWhatFollowsIsLeft(Case valid) throws Exception {
        ByteBuf in = Unpooled.wrappedBuffer(text("in front"), valid.bytes(), text(BEHIND));
        in.skipBytes("in front".length());
        assertThat(read(in)).isEqualTo(valid.expected());
        assertThat(in.toString(US_ASCII)).isEqualTo(BEHIND);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void aPartOfAHeaderOfWhateverLengthConsumesNothingAndWaits(Case valid) throws Exception {
        int step = Math.max(1, valid.bytes().readableBytes() / 400);
        for (int length = 0; length < valid.bytes().readableBytes(); length += step) {
            ByteBuf part = valid.bytes().slice(0, length);
            assertThat(read(part)).as("the first %d bytes", length).isNull();
            assertThat(part.readerIndex()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "PR0XY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
                "PROXY\r\n",
                "PROXY \r\n",
                "PROXY  TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 \r\n",
                "PROXY TCP4 192.0.2.1  198.51.100.1 56324 443\r\n",
                "PROXY TCP4 192.0.2.256 198.51.100.1 56324 443\r\n",
                "PROXY TCP4 192.0.2.01 198.51.100.1 56324 443\r\n",
                "PROXY TCP4 localhost 198.51.100.1 56324 443\r\n",
                "PROXY TCP4 2001:db8::1 2001:db8::2 56324 443\r\n",
                "PROXY TCP6 192.0.2.1 198.51.100.1 56324 443\r\n",
                "PROXY TCP6 2001:db8::x 2001:db8::2 56324 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 -1 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 0443 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 99999999999 443\r\n",
                "PROXY TCP5 192.0.2.1 198.51.100.1 1 443\r\n",
                "PROXY tcp4 192.0.2.1 198.51.100.1 1 443\r\n",
                "proxy TCP4 192.0.2.1 198.51.100.1 1 443\r\n"
            })
    void aWrongLineIsRefused(String line) {
        assertRefused(text(line));
    }

    private static void assertRefused(ByteBuf bytes) {
        assertThatExceptionOfType(ProxyProtocolException.class)
                .isThrownBy(() -> read(bytes))
                .withMessageContaining("PROXY");
    }

    @Test
    void aLineOfMoreThan107BytesIsRefusedEvenWithoutItsEnd() throws Exception {
        assertThat(read(text("PROXY UNKNOWN " + "x".repeat(92))))
                .as("106 bytes")
                .isNull();
        assertRefused(text("PROXY UNKNOWN " + "x".repeat(93)));
        assertRefused(text("PROXY UNKNOWN " + "x".repeat(92) + "\r\n"));
    }

    @Test
    void aWrongBeginningIsRefusedAtItsFirstWrongByte() throws Exception {
        assertRefused(text("X"));
        assertThat(read(text("PR"))).isNull();
        assertRefused(text("PRx"));
        assertRefused(text("\r\n\r\n\rx"));
        ByteBuf version1InBinary = binary(0x11, 0x11, ipv4());
        assertThat(read(version1InBinary.slice(0, 12))).isNull();
        assertRefused(version1InBinary.slice(0, 13));
    }

    static List<Case> wrong() {
        ByteBuf corrupt = withChecksum();
        corrupt.setByte(17, corrupt.getByte(17) ^ 1);
        return List.of(
                new Case("command 2", binary(0x22, 0x11, ipv4()), V4),
                new Case("family 4", binary(PROXY, 0x41, ipv4()), V4),
                new Case("transport 3", binary(PROXY, 0x13, ipv4()), V4),
                new Case("IPv4 too short", binary(PROXY, 0x11, ipv4().slice(0, 11)), V4),
                new Case("IPv6 too short", binary(PROXY, 0x21, ipv6().slice(0, 35)), V4),
                new Case("UNIX too short", binary(PROXY, 0x31, unix("/a", "/b").slice(0, 215)), V4),
                new Case(
                        "extension cut", binary(PROXY, 0x11, ipv4().writeByte(4).writeByte(0)), V4),
                new Case(
                        "extension too long",
                        binary(PROXY, 0x11, ipv4().writeByte(4).writeShort(1)),
                        V4),
                new Case("checksum wrong", corrupt, V4),
                new Case("checksum of 3 bytes", binary(PROXY, 0x11, ipv4().writeBytes(extension(3, new byte[3]))), V4));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongBinaryHeaderIsRefused(Case wrong) {
        assertRefused(wrong.bytes());
    }

    /** The lengths of the addresses of each family, by the specification. */
    private static final List<Integer> ADDRESS_LENGTHS = List.of(0, 12, 36, 216);

    @ParameterizedTest
    @ValueSource(ints = {LOCAL, PROXY})
    void everyFamilyAndTransportIsTakenOrRefusedAsSpecifiedAtEveryLength(int command) throws Exception {
        for (int familyAndTransport = 0; familyAndTransport < 256; familyAndTransport++) {
            for (int length = 0; length <= 220; length++) {
                // Bytes that cannot be whole extensions, since the first claims more than there is.
                ByteBuf rest = Unpooled.buffer().writeBytes("/".repeat(length).getBytes(US_ASCII));
                checkFamily(command, familyAndTransport, rest);
            }
        }
    }

    private static void checkFamily(int command, int familyAndTransport, ByteBuf rest) throws Exception {
        int family = familyAndTransport >> 4;
        int transport = familyAndTransport & 0xF;
        int length = rest.readableBytes();
        ByteBuf header = binary(command, familyAndTransport, rest);
        boolean isKnown = family <= 3 && transport <= 2;
        boolean isUnspecified = isKnown && (family == 0 || transport == 0);
        String description = "command %d, family 0x%x, %d bytes".formatted(command & 0xF, familyAndTransport, length);
        if (command == LOCAL || isUnspecified) {
            assertThat(read(header)).as(description).isEqualTo(ProxyHeader.NONE);
            assertThat(header.isReadable()).as(description).isFalse();
        } else if (isKnown && length == ADDRESS_LENGTHS.get(family)) {
            ProxyHeader read = Objects.requireNonNull(read(header), description);
            assertThat(read.source()).as(description).isNotNull();
            assertThat(read.destination()).as(description).isNotNull();
        } else {
            assertThatExceptionOfType(ProxyProtocolException.class)
                    .as(description)
                    .isThrownBy(() -> read(header));
        }
    }

    @Test
    void anUnknownFamilyIsRefusedBeforeTheRestHasCome() throws Exception {
        ByteBuf header = binary(PROXY, 0x41, ipv4());
        assertThat(read(header.slice(0, 13))).isNull();
        assertThatExceptionOfType(ProxyProtocolException.class)
                .isThrownBy(() -> read(header.slice(0, 14)))
                .withMessage("unknown family or transport in the PROXY header: 0x41");
        assertThat(read(binary(LOCAL, 0x41, ipv4()).slice(0, 14))).isNull();
    }

    @Test
    void theChecksumIsCheckedAlsoWithoutAddresses() {
        assertRefused(binary(PROXY, 0x00, extension(3, new byte[4])));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP9\u001b[2J\u0007 192.0.2.1 198.51.100.1 1 443\r\n",
                "PROXY TCP4 192.0.2.1\u001b[2J\u0007 198.51.100.1 1 443\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.1 1\u001b[2J\u0007 443\r\n"
            })
    void controlCharactersOfALineAreEscapedInWhatIsSaidOfIt(String line) {
        assertThatExceptionOfType(ProxyProtocolException.class)
                .isThrownBy(() -> read(text(line)))
                .withMessageContaining("\\u001b[2J\\u0007");
    }

    @Test
    void controlCharactersOfAPathAreEscapedInTheHeadersText() throws Exception {
        ProxyHeader header = read(binary(PROXY, 0x31, unix("/a\nforged", "/b")));
        assertThat(header).hasToString("ProxyHeader[source=/a\\u000aforged, destination=/b, tlvs=[]]");
        assertThat(header)
                .isEqualTo(new ProxyHeader(UnixDomainSocketAddress.of("/a\nforged"), UnixDomainSocketAddress.of("/b")));
    }

    @Test
    void unnamedAndAbstractUnixSocketsHaveNoPath() throws Exception {
        ProxyHeader header = read(binary(PROXY, 0x31, unix("", "\0abstract")));
        assertThat(header).isEqualTo(new ProxyHeader(UnixDomainSocketAddress.of(""), UnixDomainSocketAddress.of("")));
    }

    @Test
    void whateverComesIsAHeaderOrRefusedOrWaitedForAndNothingElseIsThrown() throws Exception {
        var random = new Random(20_261_122);
        List<Case> valid = valid().stream()
                .filter(header -> header.bytes().readableBytes() < 1000)
                .toList();
        for (int round = 0; round < 50_000; round++) {
            ByteBuf bytes = Unpooled.copiedBuffer(
                    valid.get(random.nextInt(valid.size())).bytes());
            for (int change = random.nextInt(4); change > 0; change--) {
                bytes.setByte(random.nextInt(bytes.readableBytes()), random.nextInt(256));
            }
            bytes.writerIndex(random.nextInt(bytes.readableBytes() + 1));
            int before = bytes.readableBytes();
            try {
                ProxyHeader header = read(bytes);
                assertThat(bytes.readableBytes() == before)
                        .as("consumes nothing while it waits")
                        .isEqualTo(header == null);
            } catch (ProxyProtocolException expected) {
                assertThat(bytes.readableBytes()).isEqualTo(before);
            }
        }
    }
}
