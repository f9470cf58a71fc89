package dev.socketserver.net;

import static dev.socketserver.net.ProxyHeaders.PROXY;
import static dev.socketserver.net.ProxyHeaders.binary;
import static dev.socketserver.net.ProxyHeaders.extension;
import static dev.socketserver.net.ProxyHeaders.ipv4;
import static dev.socketserver.net.ProxyHeaders.sealed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Extensions of version 2 headers, byte by byte. */
@Timeout(60)
class ProxyTlvsTest {
    private static final int ALPN = 0x01;
    private static final int AUTHORITY = 0x02;
    private static final int CRC32C = 0x03;
    private static final int NOOP = 0x04;
    private static final int UNIQUE_ID = 0x05;
    private static final int SSL = 0x20;
    private static final int NETNS = 0x30;

    private static ByteBuf text(int type, String value) {
        return extension(type, value.getBytes(UTF_8));
    }

    private static ByteBuf tls(int client, int verify, ByteBuf... inside) {
        ByteBuf value = Unpooled.buffer().writeByte(client).writeInt(verify);
        for (ByteBuf extension : inside) {
            value.writeBytes(extension);
        }
        return extension(SSL, bytes(value));
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    private static ByteBuf header(ByteBuf... extensions) {
        ByteBuf rest = ipv4();
        for (ByteBuf extension : extensions) {
            rest.writeBytes(extension);
        }
        return binary(PROXY, 0x11, rest);
    }

    private static ProxyTlvs read(ByteBuf... extensions) throws ProxyProtocolException {
        return Objects.requireNonNull(ProxyHeader.read(header(extensions))).tlvs();
    }

    private static ProxyTls readTls(int client, int verify, ByteBuf... inside) throws ProxyProtocolException {
        return read(tls(client, verify, inside)).tls().orElseThrow();
    }

    private static ByteBuf everything() {
        return sealed(header(
                text(ALPN, "h2"),
                text(AUTHORITY, "grüße.example"),
                extension(UNIQUE_ID, (byte) 0, (byte) -1),
                extension(NOOP, new byte[7]),
                tls(
                        0x07,
                        0,
                        text(0x21, "TLSv1.3"),
                        text(0x22, "Zoë"),
                        text(0x23, "TLS_AES_256_GCM_SHA384"),
                        text(0x24, "RSA-SHA256"),
                        text(0x25, "RSA2048"),
                        text(0x26, "x25519")),
                text(NETNS, "blue"),
                extension(0xEA, (byte) 1, (byte) 2),
                extension(CRC32C, new byte[4])));
    }

    private static void checkEverything(ProxyTlvs tlvs) {
        assertThat(tlvs.isEmpty()).isFalse();
        assertThat(tlvs.applicationProtocol()).contains("h2");
        assertThat(tlvs.authority()).contains("grüße.example");
        assertThat(tlvs.uniqueId()).contains(new byte[] {0, -1});
        assertThat(tlvs.networkNamespace()).contains("blue");
        assertThat(tlvs.value(0xEA)).contains(new byte[] {1, 2});
        assertThat(tlvs.value(NOOP)).contains(new byte[7]);
        assertThat(tlvs.value(0xEB)).isEmpty();
        ProxyTls tls = tlvs.tls().orElseThrow();
        assertThat(tls.isEncrypted()).isTrue();
        assertThat(tls.hasConnectionCertificate()).isTrue();
        assertThat(tls.hasSessionCertificate()).isTrue();
        assertThat(tls.isVerified()).isTrue();
        assertThat(tls.verifyResult()).isZero();
        assertThat(tls.version()).contains("TLSv1.3");
        assertThat(tls.commonName()).contains("Zoë");
        assertThat(tls.cipher()).contains("TLS_AES_256_GCM_SHA384");
        assertThat(tls.signatureAlgorithm()).contains("RSA-SHA256");
        assertThat(tls.keyAlgorithm()).contains("RSA2048");
        assertThat(tls.value(0x26)).contains("x25519".getBytes(UTF_8));
        assertThat(tls.value(0x27)).isEmpty();
    }

    @Test
    void everythingThatAProxyTellsIsReadHoweverItIsCut() throws Exception {
        ByteBuf whole = everything();
        for (int cut = 0; cut < whole.readableBytes(); cut++) {
            ByteBuf in = Unpooled.buffer().writeBytes(whole.slice(0, cut));
            assertThat(ProxyHeader.read(in)).as("the first %d bytes", cut).isNull();
            in.writeBytes(whole.slice(cut, whole.readableBytes() - cut));
            checkEverything(Objects.requireNonNull(ProxyHeader.read(in)).tlvs());
            assertThat(in.isReadable()).isFalse();
        }
    }

    @Test
    void whatIsReadDoesNotChangeWithTheBufferOrByWhatIsDoneToItsValues() throws Exception {
        ByteBuf in = everything();
        ProxyTlvs tlvs =
                Objects.requireNonNull(ProxyHeader.read(in.duplicate())).tlvs();
        in.setZero(0, in.readableBytes());
        tlvs.uniqueId().orElseThrow()[0] = 1;
        tlvs.value(SSL).orElseThrow()[0] = 0;
        tlvs.tls().orElseThrow().value(0x21).orElseThrow()[0] = 0;
        checkEverything(tlvs);
    }

    @Test
    void everyChangedBitIsFoundByTheChecksum() {
        ByteBuf whole = everything();
        for (int bit = 16 * Byte.SIZE; bit < whole.readableBytes() * Byte.SIZE; bit++) {
            ByteBuf changed = whole.copy();
            int at = bit / Byte.SIZE;
            changed.setByte(at, changed.getByte(at) ^ 1 << bit % Byte.SIZE);
            // A bit of a type or length may also hide the checksum, but nothing else may happen.
            try {
                ProxyTlvs tlvs =
                        Objects.requireNonNull(ProxyHeader.read(changed)).tlvs();
                assertThat(tlvs.value(CRC32C)).as("bit %d", bit).isEmpty();
            } catch (ProxyProtocolException expected) {
                assertThat(expected).hasMessageContaining("PROXY");
            }
        }
    }

    @Test
    void withoutExtensionsThereIsNothing() throws Exception {
        ProxyTlvs tlvs = read();
        assertThat(tlvs).isSameAs(ProxyTlvs.NONE).hasToString("[]");
        assertThat(tlvs.isEmpty()).isTrue();
        assertThat(tlvs.applicationProtocol()).isEmpty();
        assertThat(tlvs.authority()).isEmpty();
        assertThat(tlvs.uniqueId()).isEmpty();
        assertThat(tlvs.networkNamespace()).isEmpty();
        assertThat(tlvs.tls()).isEmpty();
    }

    @Test
    void anEmptyValueIsAValue() throws Exception {
        ProxyTlvs tlvs = read(extension(AUTHORITY), extension(UNIQUE_ID), tls(0, 1));
        assertThat(tlvs.authority()).contains("");
        assertThat(tlvs.uniqueId()).contains(new byte[0]);
        assertThat(tlvs.tls().orElseThrow().version()).isEmpty();
    }

    @Test
    void theFirstOfSeveralCounts() throws Exception {
        ProxyTlvs tlvs = read(text(AUTHORITY, "first"), text(AUTHORITY, "second"), tls(1, 0), tls(2, 0));
        assertThat(tlvs.authority()).contains("first");
        assertThat(tlvs.tls().orElseThrow().isEncrypted()).isTrue();
        assertThat(readTls(1, 0, text(0x22, "first"), text(0x22, "second")).commonName())
                .contains("first");
    }

    /** HAProxy reports 0, nothing wrong, also for a client that has no certificate. */
    @ParameterizedTest
    @CsvSource({
        "0x00, 0, false",
        "0x01, 0, false",
        "0x03, 0, true",
        "0x05, 0, true",
        "0x07, 0, true",
        "0x07, 1, false",
        "0x03, 18, false",
        "0x03, -1, false"
    })
    void aClientIsVerifiedOnlyIfItHasACertificate(int client, int verify, boolean verified) throws Exception {
        ProxyTls tls = readTls(client, verify);
        assertThat(tls.isVerified()).isEqualTo(verified);
        assertThat(tls.isEncrypted()).isEqualTo((client & 1) != 0);
        assertThat(tls.hasConnectionCertificate()).isEqualTo((client & 2) != 0);
        assertThat(tls.hasSessionCertificate()).isEqualTo((client & 4) != 0);
        assertThat(tls.verifyResult()).isEqualTo(verify & 0xFFFFFFFFL);
    }

    static List<ByteBuf> wrong() {
        return List.of(
                header(extension(CRC32C)),
                header(extension(CRC32C, new byte[5])),
                header(extension(CRC32C, new byte[4])),
                sealed(header(extension(CRC32C, new byte[4]), extension(CRC32C, new byte[4]))),
                header(Unpooled.wrappedBuffer(new byte[] {NOOP})),
                header(Unpooled.wrappedBuffer(new byte[] {NOOP, 0})),
                header(Unpooled.wrappedBuffer(new byte[] {NOOP, 0, 1})),
                header(Unpooled.wrappedBuffer(new byte[] {NOOP, 1, 0, 0})),
                header(extension(NOOP), Unpooled.wrappedBuffer(new byte[] {NOOP, 0})),
                header(extension(SSL)),
                header(extension(SSL, new byte[4])),
                header(extension(SSL, new byte[6])),
                header(tls(1, 0, Unpooled.wrappedBuffer(new byte[] {0x21, 0, 1}))));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void anExtensionThatIsCutOffOrOfTheWrongLengthIsRefused(ByteBuf header) {
        assertThatExceptionOfType(ProxyProtocolException.class)
                .isThrownBy(() -> ProxyHeader.read(header))
                .withMessageContaining("PROXY");
        assertThat(header.readerIndex()).isZero();
    }

    @Test
    void thousandsOfExtensionsAreReadAndShownInShort() throws Exception {
        ByteBuf many = Unpooled.buffer();
        for (int i = 0; i < (65_535 - 12) / 3; i++) {
            many.writeBytes(extension(0xF0));
        }
        assertThat(read(many).toString())
                .startsWith("[0xf0: 0 bytes, ")
                .endsWith(", ...]")
                .hasSizeLessThan(500);
    }

    @Test
    void extensionsOfTheSameBytesAreEqual() throws Exception {
        assertThat(read(tls(1, 0)))
                .isEqualTo(read(tls(1, 0)))
                .hasSameHashCodeAs(read(tls(1, 0)))
                .isNotEqualTo(read(tls(1, 1)))
                .isNotEqualTo("text")
                .hasToString("[0x20: 5 bytes]");
        assertThat(read(tls(1, 0)).hashCode()).isNotEqualTo(read(tls(1, 1)).hashCode());
        assertThat(readTls(1, 0).hashCode()).isNotEqualTo(readTls(1, 1).hashCode());
        assertThat(readTls(1, -1, text(0x22, "a")))
                .isEqualTo(readTls(1, -1, text(0x22, "a")))
                .hasSameHashCodeAs(readTls(1, -1, text(0x22, "a")))
                .isNotEqualTo(readTls(1, -1, text(0x22, "b")))
                .isNotEqualTo(readTls(2, -1, text(0x22, "a")))
                .isNotEqualTo(readTls(1, 0, text(0x22, "a")))
                .isNotEqualTo("text")
                .hasToString("ProxyTls[client=0x1, verify=4294967295, [0x22: 1 bytes]]");
    }

    @Test
    void whateverExtensionsComeAreReadOrRefusedAndCanBeAskedForEverything() throws Exception {
        var random = new Random(7);
        ByteBuf whole = everything();
        for (int round = 0; round < 50_000; round++) {
            ByteBuf changed = whole.copy();
            for (int change = 1 + random.nextInt(4); change > 0; change--) {
                changed.setByte(16 + random.nextInt(changed.readableBytes() - 16), random.nextInt(256));
            }
            try {
                ProxyTlvs tlvs =
                        Objects.requireNonNull(ProxyHeader.read(changed)).tlvs();
                assertThat(tlvs.toString()).isNotEmpty();
                tlvs.tls().ifPresent(tls -> assertThat(tls.toString()).isNotEmpty());
                tlvs.authority().ifPresent(name -> assertThat(name.length()).isLessThan(65_536));
            } catch (ProxyProtocolException expected) {
                assertThat(changed.readerIndex()).isZero();
            }
        }
    }
}
