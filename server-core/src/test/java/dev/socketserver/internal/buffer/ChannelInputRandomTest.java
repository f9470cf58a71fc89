package dev.socketserver.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.buffer.MessageTooLongException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Any bytes, in any pieces, read by any calls: each byte is read once and in its order, and no buffer is left. */
@Timeout(60)
class ChannelInputRandomTest {
    private static final int ROUNDS = 10_000;
    private static final int MOST = 60;
    private static final byte[] DELIMITER = {0, 1};
    private static final LengthPrefix[] PREFIXES = {
        LengthPrefix.bigEndian(1),
        LengthPrefix.littleEndian(2).after(1),
        LengthPrefix.varint(4).after(2),
        LengthPrefix.bigEndian(1).includingItself(),
        LengthPrefix.littleEndian(1).adjustedBy(3).after(3),
    };

    /** One input, and what it has to read, which the calls of the test take from, too. */
    private static final class Round {
        private final Random random;
        private final ByteBuf expected;
        private final ChannelInput in;
        private final IdentityHashMap<ByteBuf, String> retained = new IdentityHashMap<>(); // with their bytes

        Round(Random random, RecordingAllocator allocator) {
            this.random = random;
            byte[] all = new byte[random.nextInt(400)];
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) (random.nextInt(30) == 0 ? random.nextInt() : random.nextInt(12));
            }
            expected = Unpooled.wrappedBuffer(all);
            var source = new ScriptedSource();
            for (int begin = 0, length; begin < all.length; begin += length) {
                length = Math.min(all.length - begin, 1 + random.nextInt(50));
                source.add(Arrays.copyOfRange(all, begin, begin + length));
            }
            SpareBuffers spare =
                    random.nextBoolean() ? SpareBuffers.none(allocator) : SpareBuffers.checkingViews(allocator);
            in = new ChannelInput(source, spare, 16, new FreeOwner());
        }

        /** Reads somehow; returns false at the end. */
        boolean read() throws IOException {
            switch (random.nextInt(6)) {
                case 0 -> {
                    int value = in.read();
                    assertThat(value).isEqualTo(expected.isReadable() ? expected.readUnsignedByte() : -1);
                    return value >= 0;
                }
                case 1 -> {
                    int length = random.nextInt(20);
                    check(in.readSlice(length), length);
                }
                case 2 -> {
                    ByteBuf message = in.readUntil(DELIMITER, MOST);
                    check(message, message == null ? 0 : message.readableBytes());
                    expected.skipBytes(message == null ? 0 : DELIMITER.length);
                    return message != null;
                }
                case 3 -> {
                    LengthPrefix prefix = PREFIXES[random.nextInt(PREFIXES.length)];
                    ByteBuf frame = in.readFrame(prefix, MOST);
                    check(frame, frame == null ? 0 : prefix.readLength(expected, MOST));
                    return frame != null;
                }
                case 4 -> {
                    int length = random.nextInt(80);
                    var target = new ByteArrayOutputStream();
                    in.transferTo(target, length);
                    check(target.toByteArray(), length);
                }
                default -> {
                    int length = random.nextInt(80);
                    int count = random.nextInt(80);
                    try (InputStream limited = in.limit(length)) {
                        check(limited.readNBytes(count), Math.min(length, count));
                    }
                    expected.skipBytes(length - Math.min(length, count));
                }
            }
            return true;
        }

        private void check(byte[] actual, int length) {
            assertThat(Unpooled.wrappedBuffer(actual)).isEqualTo(expected.readSlice(length));
        }

        private void check(@Nullable ByteBuf actual, int length) {
            assertThat(actual == null ? Unpooled.EMPTY_BUFFER : actual).isEqualTo(expected.readSlice(length));
            if (actual != null && random.nextInt(4) == 0) {
                retained.put(actual.retain(), ByteBufUtil.hexDump(actual));
            }
        }

        void close() {
            in.close();
            retained.forEach((view, bytes) -> {
                assertThat(ByteBufUtil.hexDump(view)).isEqualTo(bytes);
                view.release();
            });
        }
    }

    @Test
    void eachByteIsReadOnceAndNoBufferIsLeft() {
        var allocator = new RecordingAllocator();
        int[] ends = new int[4];
        for (int seed = 0; seed < ROUNDS; seed++) {
            var round = new Round(new Random(seed), allocator);
            try {
                boolean goesOn = true;
                while (goesOn) {
                    goesOn = round.read();
                }
                assertThat(round.expected.isReadable()).as("seed %d", seed).isFalse();
                ends[0]++;
            } catch (EOFException e) {
                ends[1]++;
            } catch (MessageTooLongException e) {
                ends[2]++;
            } catch (ProtocolException e) {
                ends[3]++;
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            round.close();
        }
        assertThat(ends).as("of each kind").doesNotContain(0);
        assertThat(allocator.unreleased()).isZero();
        assertThat(allocator.largest()).isLessThanOrEqualTo(256);
    }
}
