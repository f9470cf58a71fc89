package dev.socketserver.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LengthPrefixTest {
    private static final int MOST = 1000;
    private static final int ROUNDS = 100_000;

    private static Arguments message(String name, LengthPrefix prefix, String message, String frame) {
        return Arguments.arguments(name, prefix, message, frame);
    }

    /** Returns messages of protocols, as their specifications or their software have them, in hexadecimal digits. */
    static Stream<Arguments> messages() {
        LengthPrefix two = LengthPrefix.bigEndian(2);
        LengthPrefix mqtt = LengthPrefix.varint(4).after(1);
        return Stream.of(
                message("DNS", two, "0003 aabbcc", "aabbcc"),
                message("DNS, empty", two, "0000", ""),
                message("ISO 8583 with a TPDU", two, "0007 6000010000 0800", "6000010000 0800"),
                message("ISO 8583 including itself", two.includingItself(), "0004 0800", "0800"),
                message("a TPDU before the length", two.after(5), "6000010000 0002 0800", "6000010000 0800"),
                message("TPKT", two.after(2).adjustedBy(-4), "0300 0007 aabbcc", "0300 aabbcc"),
                message("Modbus TCP", two.after(4), "00010000 0006 11030000000a", "00010000 11030000000a"),
                message("PostgreSQL Sync", LengthPrefix.bigEndian(4).after(1).includingItself(), "53 00000004", "53"),
                message("MySQL", LengthPrefix.littleEndian(3).adjustedBy(1), "010000 00 0e", "000e"),
                message("MongoDB", LengthPrefix.littleEndian(4).includingItself(), "05000000 00", "00"),
                message("Diameter", LengthPrefix.bigEndian(3).after(1).adjustedBy(-4), "01 000005 80", "01 80"),
                message(
                        "Teltonika",
                        LengthPrefix.bigEndian(4).after(4).adjustedBy(4),
                        "00000000 00000002 0801 0000c7cf",
                        "00000000 0801 0000c7cf"),
                message("MQTT PINGREQ", mqtt, "c0 00", "c0"),
                message("MQTT, the longest of one byte", mqtt, "30 7f" + "00".repeat(127), "30" + "00".repeat(127)),
                message("MQTT, the shortest of two", mqtt, "30 8001" + "00".repeat(128), "30" + "00".repeat(128)),
                message("8 bytes", LengthPrefix.littleEndian(8), "0100000000000000 ff", "ff"));
    }

    private static ByteBuf hex(String digits) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(digits.replace(" ", "")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void aMessageIsReadAndWrittenAsTheProtocolHasIt(String name, LengthPrefix prefix, String message, String frame)
            throws IOException {
        ByteBuf received = Unpooled.buffer();
        ByteBuf whole = hex(message);
        while (whole.isReadable()) {
            assertThat(prefix.hasFrame(received, MOST)).isFalse();
            received.writeByte(whole.readByte());
        }
        assertThat(prefix.hasFrame(received, MOST)).isTrue();
        assertThat(prefix.readLength(received, MOST)).isEqualTo(hex(frame).readableBytes());
        assertThat(received).isEqualTo(hex(frame));

        ByteBuf written = Unpooled.buffer();
        prefix.writeLength(received, written);
        assertThat(written.writeBytes(received)).isEqualTo(hex(message));
    }

    private static LengthPrefix randomPrefix(Random random) {
        int bytes = 1 + random.nextInt(8);
        LengthPrefix prefix = switch (random.nextInt(3)) {
            case 0 -> LengthPrefix.bigEndian(bytes);
            case 1 -> LengthPrefix.littleEndian(bytes);
            default -> LengthPrefix.varint(bytes);
        };
        return prefix.after(random.nextInt(25)).adjustedBy(random.nextInt(9) - 4);
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt(50) : 0); // small numbers
            }
        }
        return bytes;
    }

    @Test
    void whatIsWrittenIsReadWithEachPrefix() throws IOException {
        var random = new Random(1);
        for (int i = 0; i < ROUNDS / 10; i++) {
            LengthPrefix prefix = randomPrefix(random);
            byte[] frame = randomBytes(random, random.nextInt(random.nextBoolean() ? 40 : 400));
            ByteBuf rest = Unpooled.wrappedBuffer(frame);
            ByteBuf message = Unpooled.buffer();
            try {
                prefix.writeLength(rest, message);
            } catch (IllegalArgumentException refused) {
                assertThat(message.isReadable()).isFalse();
                assertThat(rest.readableBytes()).isEqualTo(frame.length);
                continue;
            }
            assertThat(message.readableBytes()).isLessThanOrEqualTo(LengthPrefix.MOST_WRITTEN);
            message.writeBytes(rest);
            assertThat(prefix.hasFrame(message.slice(0, message.writerIndex() - 1), frame.length))
                    .isFalse();
            assertThat(prefix.hasFrame(message, frame.length)).isTrue();
            assertThat(prefix.readLength(message, frame.length)).isEqualTo(frame.length);
            assertThat(ByteBufUtil.getBytes(message)).isEqualTo(frame);
        }
    }

    @Test
    void anyBytesAreAPartOrAWholeOrRefused() {
        var random = new Random(2);
        int[] outcomes = new int[4];
        for (int i = 0; i < ROUNDS; i++) {
            LengthPrefix prefix = randomPrefix(random);
            byte[] bytes = randomBytes(random, random.nextInt(60));
            ByteBuf message = Unpooled.wrappedBuffer(bytes.clone());
            int most = random.nextInt(100);
            boolean whole = prefix.hasFrame(message, most);
            assertThat(ByteBufUtil.getBytes(message)).isEqualTo(bytes);
            try {
                int length = prefix.readLength(message, most);
                assertThat(length).isBetween(-1, most);
                assertThat(whole).isEqualTo(length >= 0 && length <= message.readableBytes());
                if (length < 0) {
                    assertThat(ByteBufUtil.getBytes(message)).isEqualTo(bytes);
                }
                outcomes[length < 0 ? 0 : 1]++;
            } catch (IOException e) {
                assertThat(e).isInstanceOfAny(MessageTooLongException.class, ProtocolException.class);
                assertThat(whole).isTrue();
                assertThat(ByteBufUtil.getBytes(message)).isEqualTo(bytes);
                outcomes[e instanceof ProtocolException ? 2 : 3]++;
            }
        }
        assertThat(outcomes).as("of each kind").doesNotContain(0);
    }

    /** Returns lengths that no frame has. */
    static Stream<Arguments> tooLong() {
        return Stream.of(
                message("negative", LengthPrefix.bigEndian(8), "ffffffffffffffff", ""),
                message("the least", LengthPrefix.bigEndian(8), "8000000000000000", ""),
                message("the greatest", LengthPrefix.littleEndian(8), "ffffffffffffff7f", ""),
                message("2 to the 32nd", LengthPrefix.bigEndian(8), "0000000100000000", ""),
                message("unsigned", LengthPrefix.bigEndian(4), "ffffffff", ""),
                message(
                        "adjusted down",
                        LengthPrefix.bigEndian(8).adjustedBy(Integer.MIN_VALUE),
                        "ffffffffffffffff",
                        ""),
                message("adjusted up", LengthPrefix.bigEndian(8).adjustedBy(Integer.MAX_VALUE), "7fffffffffffffff", ""),
                message("a varint of 5 bytes instead of 4", LengthPrefix.varint(4), "ffffffff7f", ""),
                message("a varint of zeros that goes on", LengthPrefix.varint(4), "8080808000", ""),
                message("a varint of 8 bytes", LengthPrefix.varint(8), "ffffffffffffff7f", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooLong")
    void aLengthThatNoFrameHasIsRefused(String name, LengthPrefix prefix, String message, String frame) {
        assertThat(prefix.hasFrame(hex(message), Integer.MAX_VALUE)).isTrue();
        assertThatThrownBy(() -> prefix.readLength(hex(message), Integer.MAX_VALUE))
                .isInstanceOf(MessageTooLongException.class)
                .hasMessage("frame is longer than " + Integer.MAX_VALUE + " bytes");
    }

    @Test
    void aLengthThatDoesNotCountItselfThoughItShouldIsRefused() {
        LengthPrefix prefix = LengthPrefix.bigEndian(2).after(1).includingItself();
        assertThat(prefix.hasFrame(hex("aa 0001"), MOST)).isTrue();
        assertThatThrownBy(() -> prefix.readLength(hex("aa 0001"), MOST))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the length of a message has to be at least 2: 1");
    }

    @Test
    void aVarintMayBeLongerThanItHasToBe() throws IOException {
        ByteBuf message = hex("81808000 ff");
        assertThat(LengthPrefix.varint(4).readLength(message, MOST)).isEqualTo(1);
        assertThat(message).isEqualTo(hex("ff"));
    }

    @Test
    void aFrameThatHasNoLengthIsNotWritten() {
        ByteBuf target = Unpooled.buffer();
        for (LengthPrefix prefix : new LengthPrefix[] {
            LengthPrefix.varint(1),
            LengthPrefix.bigEndian(1).adjustedBy(-128),
            LengthPrefix.littleEndian(1).adjustedBy(-128),
            LengthPrefix.bigEndian(4).adjustedBy(129),
        }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> prefix.writeLength(Unpooled.buffer().writeZero(128), target))
                    .withMessage("a frame of 128 bytes does not fit its prefix");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefix.bigEndian(4).after(3).writeLength(hex("aabb"), target))
                .withMessage("a frame of 2 bytes does not fit its prefix");
        assertThat(target.isReadable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 9})
    void aLengthHasOneToEightBytes(int bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefix.bigEndian(bytes))
                .withMessage("bytes must be 1 to 8: " + bytes);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefix.littleEndian(bytes))
                .withMessage("bytes must be 1 to 8: " + bytes);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefix.varint(bytes))
                .withMessage("mostBytes must be 1 to 8: " + bytes);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefix.bigEndian(1).after(25))
                .withMessage("bytes before a length must be 0 to 24: 25");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LengthPrefix.bigEndian(1).after(-1))
                .withMessage("bytes before a length must be 0 to 24: -1");
        assertThatIllegalStateException()
                .isThrownBy(() -> LengthPrefix.varint(4).includingItself())
                .withMessage("a varint cannot include itself");
    }
}
