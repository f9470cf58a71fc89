package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.buffer.LengthPrefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@SuppressWarnings("try") // closed early on purpose
class ChannelOutputTest {
    private static final int SIZE = 64;
    private static final int CHUNK = 128 * 1024;

    private final RecordingSink sink = new RecordingSink();

    private ChannelOutput output() {
        return new ChannelOutput(sink, SpareBuffers.none(ByteBufAllocator.DEFAULT), SIZE, new FreeOwner());
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aSmallReplyOfSeveralWritesCostsOneCall() throws IOException {
        try (ChannelOutput out = output()) {
            out.write("HTTP/1.1 200 OK\r\n", UTF_8);
            out.write('\r');
            out.write('\n');
            out.write(Unpooled.wrappedBuffer(new byte[] {'b', 'o', 'd', 'y'}));
            assertThat(sink.calls()).as("before the flush").isEmpty();
            out.flush();
            out.flush();
        }
        assertThat(sink.text()).isEqualTo("HTTP/1.1 200 OK\r\n\r\nbody");
        assertThat(sink.calls()).hasSize(1);
    }

    @Test
    void aReplyThatIsJustAsLargeAsTheBufferCostsOneCall() throws IOException {
        try (ChannelOutput out = output()) {
            out.write(bytes(SIZE));
        }
        assertThat(sink.calls()).containsExactly(SIZE);
    }

    @Test
    void asMuchAsTheBufferHoldsIsCollectedAndOfABufferNoMoreThanHalf() throws IOException {
        try (ChannelOutput out = output()) {
            out.write(Unpooled.wrappedBuffer(bytes(SIZE / 2)));
            assertThat(out.isHalfFull()).isFalse();
            out.write(bytes(SIZE / 2));
            assertThat(out.isHalfFull()).isTrue();
            assertThat(out.unsent()).isEqualTo(SIZE);
            assertThat(sink.calls()).isEmpty();
            out.flush();
            assertThat(sink.calls()).containsExactly(SIZE);
            out.write(Unpooled.wrappedBuffer(bytes(SIZE / 2 + 1)));
            assertThat(sink.calls()).containsExactly(SIZE, SIZE / 2 + 1);
        }
    }

    @Test
    void whatAFullSocketDoesNotTakeIsSentLater() throws IOException {
        try (ChannelOutput out = output()) {
            out.write("text", UTF_8);
            sink.takingAtMost(0);
            assertThat(out.send()).isFalse();
            assertThat(sink.calls()).containsExactly(0);
            assertThat(out.unsent()).isEqualTo(4);
            sink.takingAtMost(3);
            assertThat(out.send()).isTrue();
            assertThat(sink.text()).isEqualTo("text");
        }
    }

    @Test
    void whatWasCollectedAndALargeWriteLeaveInOneCall() throws IOException {
        byte[] large = bytes(10_000);
        try (ChannelOutput out = output()) {
            out.write("head", UTF_8);
            out.write(large);
            assertThat(sink.calls()).containsExactly(10_004);
            out.write("tail", UTF_8);
        }
        assertThat(sink.bytes()).startsWith("head".getBytes(UTF_8)).endsWith("tail".getBytes(UTF_8));
        assertThat(Arrays.copyOfRange(sink.bytes(), 4, 10_004)).isEqualTo(large);
    }

    @Test
    void aVeryLargeWriteLeavesInChunksSoThatADeadlineSeesItsProgress() throws IOException {
        byte[] large = bytes(3 * CHUNK + 5);
        try (ChannelOutput out = output()) {
            out.write(large);
        }
        assertThat(sink.calls()).containsExactly(CHUNK, CHUNK, CHUNK, 5);
        assertThat(Arrays.equals(sink.bytes(), large)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1,10", "3,200", "63,64", "64,65", "7,1000"})
    void aSinkThatTakesLittleAtATimeGetsEverythingInOrder(int mostPerCall, int length) throws IOException {
        sink.takingAtMost(mostPerCall);
        byte[] large = bytes(length);
        try (ChannelOutput out = output()) {
            out.write("head", UTF_8);
            out.write(Unpooled.wrappedBuffer(large));
            out.write("tail", UTF_8);
        }
        var expected = new ByteArrayOutputStream();
        expected.writeBytes("head".getBytes(UTF_8));
        expected.writeBytes(large);
        expected.writeBytes("tail".getBytes(UTF_8));
        assertThat(sink.bytes()).isEqualTo(expected.toByteArray());
    }

    @Test
    void anyMixOfWritesArrivesInOrder() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var mixed = new RecordingSink().takingAtMost(1 + random.nextInt(100));
            var expected = new ByteArrayOutputStream();
            try (var out =
                    new ChannelOutput(mixed, SpareBuffers.none(ByteBufAllocator.DEFAULT), SIZE, new FreeOwner())) {
                for (int i = 0; i < 50; i++) {
                    byte[] part = bytes(random.nextInt(150));
                    expected.writeBytes(part);
                    writeSomehow(out, part, random);
                }
            }
            assertThat(mixed.bytes()).as("seed %d", seed).isEqualTo(expected.toByteArray());
        }
    }

    private static void writeSomehow(ChannelOutput out, byte[] part, Random random) throws IOException {
        switch (random.nextInt(4)) {
            case 0 -> out.write(part);
            case 1 -> out.write(Unpooled.wrappedBuffer(part));
            case 2 -> {
                for (byte each : part) {
                    out.write(each);
                }
            }
            default -> {
                out.flush();
                out.trim();
                out.write(part, 0, part.length);
            }
        }
    }

    @Test
    void withAutoFlushEachWriteLeavesAtOnce() throws IOException {
        try (ChannelOutput out = output()) {
            out.autoFlush(true);
            out.write('a');
            out.write(bytes(2));
            out.write(Unpooled.wrappedBuffer(bytes(3)));
            out.write("four", UTF_8);
            out.writeFrame(1, Unpooled.wrappedBuffer(bytes(4)));
            assertThat(sink.calls()).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,0", "1,255", "2,256", "2,65535", "3,65536", "4,20"})
    void aFrameIsItsLengthAndItsBody(int prefixBytes, int length) throws IOException {
        try (ChannelOutput out = output()) {
            out.writeFrame(prefixBytes, Unpooled.wrappedBuffer(bytes(length)));
        }
        assertThat(sink.calls()).hasSize(1);
        ByteBuf written = Unpooled.wrappedBuffer(sink.bytes());
        assertThat(LengthPrefix.bigEndian(prefixBytes).readLength(written, length))
                .isEqualTo(length);
        assertThat(Arrays.copyOfRange(sink.bytes(), prefixBytes, prefixBytes + length))
                .isEqualTo(bytes(length));
    }

    @ParameterizedTest
    @CsvSource({"1,256", "2,65536", "3,16777216"})
    void aFrameThatDoesNotFitItsPrefixIsRefusedAndNothingIsWritten(int prefixBytes, int length) throws IOException {
        try (ChannelOutput out = output()) {
            assertThatThrownBy(() -> out.writeFrame(prefixBytes, Unpooled.wrappedBuffer(new byte[length])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a frame of " + length + " bytes does not fit its prefix");
        }
        assertThat(sink.bytes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE - 1, SIZE - 2, SIZE - 3, SIZE - 4})
    void aFrameAtTheEndOfAFullBufferIsWhole(int before) throws IOException {
        try (ChannelOutput out = output()) {
            out.write(bytes(before));
            out.writeFrame(4, Unpooled.wrappedBuffer(new byte[] {7}));
        }
        assertThat(sink.bytes()).startsWith(bytes(before)).endsWith((byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 7);
    }

    @Test
    void theCallerKeepsABufferThatItWrote() throws IOException {
        ByteBuf body = ByteBufAllocator.DEFAULT.directBuffer().writeBytes(bytes(100));
        try (ChannelOutput out = output()) {
            out.write(body);
            assertThat(body.isReadable()).isFalse();
            assertThat(body.refCnt()).isEqualTo(1);
        }
        body.release();
    }

    @Test
    void closeSendsWhatWasCollectedAndDiscardDoesNot() throws IOException {
        ChannelOutput closed = output();
        closed.write('c');
        closed.close();
        closed.close();
        ChannelOutput discarded = output();
        discarded.write('d');
        discarded.discard();
        discarded.close();
        assertThat(sink.text()).isEqualTo("c");
    }

    @Test
    void aClosedOutputRefusesEveryWrite() throws IOException {
        ChannelOutput out = output();
        out.close();
        out.flush();
        assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class).hasMessage("the output is closed");
        assertThatThrownBy(() -> out.write(bytes(5))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> out.write(bytes(500))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> out.writeFrame(1, Unpooled.EMPTY_BUFFER)).isInstanceOf(IOException.class);
        assertThat(sink.calls()).isEmpty();
    }

    @Test
    void aCloseThatCannotSendStillGivesTheBufferBack() throws IOException {
        ChannelOutput out = output(); // the check after the class sees the buffer if it is not
        out.write('x');
        sink.fail();
        assertThatThrownBy(out::close).hasMessage("the sink fails, says the test");
    }

    @Test
    void aTrimKeepsWhatIsUnsent() throws IOException {
        var allocator = new RecordingAllocator();
        try (var out = new ChannelOutput(sink, SpareBuffers.none(allocator), SIZE, new FreeOwner())) {
            assertThat(allocator.count()).isZero();
            out.write('a');
            out.trim();
            out.flush();
            out.trim();
            out.write('b');
            assertThat(allocator.count()).isEqualTo(2);
        }
        assertThat(sink.text()).isEqualTo("ab");
    }
}
