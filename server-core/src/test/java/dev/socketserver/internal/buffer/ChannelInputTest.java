package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("try") // closed early on purpose
class ChannelInputTest {
    private static ChannelInput input(ScriptedSource source) {
        return new ChannelInput(source, SpareBuffers.none(ByteBufAllocator.DEFAULT), 16, new FreeOwner());
    }

    @Test
    void anyMixOfReadsSeesTheBytesInOrder() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(2000)];
            random.nextBytes(bytes);
            var source = new ScriptedSource();
            for (int at = 0, next; at < bytes.length; at = next) {
                next = Math.min(bytes.length, at + 1 + random.nextInt(100));
                source.add(Arrays.copyOfRange(bytes, at, next));
            }
            try (ChannelInput in = input(source)) {
                assertThat(readSomehow(in, random)).as("seed %d", seed).isEqualTo(bytes);
            }
        }
    }

    private static byte[] readSomehow(ChannelInput in, Random random) throws IOException {
        var all = new ByteArrayOutputStream();
        byte[] part = new byte[64];
        while (in.await(1)) {
            int wanted = 1 + random.nextInt(part.length);
            switch (random.nextInt(6)) {
                case 0 -> all.write(in.read());
                case 1 -> all.write(part, 0, in.read(part, 0, wanted));
                case 2 -> all.write(part, 0, in.readNBytes(part, 0, wanted));
                case 3 -> {
                    if (in.await(wanted)) {
                        in.readSlice(wanted).readBytes(all, wanted);
                    }
                }
                case 4 -> {
                    int count = Math.min(wanted, in.buffer().readableBytes());
                    in.buffer().readBytes(all, count);
                }
                default -> in.trim();
            }
        }
        return all.toByteArray();
    }

    @Test
    void aBufferThatItsHandlerHasReleasedCostsNoOther() throws IOException {
        var allocator = new RecordingAllocator();
        var in = new ChannelInput(ScriptedSource.of("ab"), SpareBuffers.none(allocator), 2, new FreeOwner());
        in.buffer().release();
        assertThatThrownBy(() -> in.await(3)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(allocator.unreleased()).isZero();
    }

    @Test
    void theEndIsToldByEveryReadAndAgain() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("ab"))) {
            assertThat(in.readAllBytes()).containsExactly('a', 'b');
            for (int i = 0; i < 2; i++) {
                assertThat(in.read()).isEqualTo(-1);
                assertThat(in.read(new byte[5])).isEqualTo(-1);
                assertThat(in.buffer().isReadable()).isFalse();
                assertThat(in.await(1)).isFalse();
                assertThat(in.awaitMessage()).isFalse();
            }
            assertThat(in.read(new byte[0])).isZero();
        }
    }

    @Test
    void availableIsWhatNeedsNoRead() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("abc"))) {
            assertThat(in.available()).isZero();
            assertThat(in.read()).isEqualTo('a');
            assertThat(in.available()).isEqualTo(2);
        }
    }

    @Test
    void bytesAreUnsigned() throws IOException {
        try (ChannelInput in = input(new ScriptedSource().add(new byte[] {(byte) 0xFF, 0}))) {
            assertThat(in.read()).isEqualTo(255);
            assertThat(in.read()).isZero();
        }
    }

    @Test
    void readFullyFillsTheArrayOrTellsTheEnd() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("abc", "def", "g"))) {
            byte[] six = new byte[6];
            in.readFully(six);
            assertThat(new String(six, UTF_8)).isEqualTo("abcdef");
            assertThatThrownBy(() -> in.readFully(six))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("the peer closed inside a message of 6 bytes");
        }
    }

    @Test
    void transferToPassesEverythingOnToAnyStream() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("abc", "", "def".repeat(100)))) {
            var target = new ByteArrayOutputStream();
            assertThat(in.transferTo(target)).isEqualTo(303);
            assertThat(target.toString(UTF_8)).isEqualTo("abc" + "def".repeat(100));
        }
    }

    @Test
    void transferToAByteOutputPassesEverythingOn() throws IOException {
        var sink = new RecordingSink();
        try (ChannelInput in = input(ScriptedSource.of("abc", "def".repeat(100)));
                var out = new ChannelOutput(sink, SpareBuffers.none(ByteBufAllocator.DEFAULT), 16, new FreeOwner())) {
            assertThat(in.transferTo(out)).isEqualTo(303);
        }
        assertThat(sink.text()).isEqualTo("abc" + "def".repeat(100));
    }

    @Test
    void aChannelClosedUnderTheReaderIsAFailureAndNotAnEnd() throws IOException {
        var closed = new AsynchronousCloseException();
        try (ChannelInput in = input(ScriptedSource.of("half a mess").thenFails(closed))) {
            assertThatThrownBy(in::readAllBytes).isSameAs(closed);
            assertThatThrownBy(in::read).isSameAs(closed);
        }
    }

    @Test
    void anInputHoldsNoBufferBeforeTheFirstReadAndAfterATrim() throws IOException {
        var allocator = new RecordingAllocator();
        try (var in =
                new ChannelInput(ScriptedSource.of("a", "b"), SpareBuffers.none(allocator), 16, new FreeOwner())) {
            assertThat(allocator.count()).isZero();
            assertThat(in.read()).isEqualTo('a');
            assertThat(allocator.count()).isEqualTo(1);
            in.trim();
            assertThat(in.read()).isEqualTo('b');
            assertThat(allocator.count()).isEqualTo(2);
        }
    }

    @Test
    void aTrimKeepsWhatIsUnread() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("ab"))) {
            assertThat(in.read()).isEqualTo('a');
            in.trim();
            assertThat(in.read()).isEqualTo('b');
        }
    }

    @Test
    void anInputThatIsReadInStepReusesItsBuffer() throws IOException {
        var allocator = new RecordingAllocator();
        var source = new ScriptedSource();
        for (int i = 0; i < 1000; i++) {
            source.add(new byte[10]);
        }
        try (var in = new ChannelInput(source, SpareBuffers.none(allocator), 16, new FreeOwner())) {
            for (int i = 0; i < 1000; i++) {
                assertThat(in.readSlice(10).readableBytes()).isEqualTo(10);
            }
        }
        assertThat(allocator.count()).isEqualTo(1);
    }

    @Test
    void aClosedInputCanBeClosedAgainButNotRead() throws IOException {
        ChannelInput in = input(ScriptedSource.of("abc"));
        assertThat(in.read()).isEqualTo('a');
        in.close();
        in.close();
        assertThat(in.available()).isZero();
        assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("the input is closed");
    }

    @Test
    void theEngineReceivesOnceAndIsToldWhatCameAndWasConsumed() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("abc", "de"))) {
            assertThat(in.receive()).isEqualTo(3);
            assertThat(in.read()).isEqualTo('a');
            assertThat(in.receive()).isEqualTo(2);
            assertThat(in.received()).isEqualTo(5);
            assertThat(in.taken()).isEqualTo(1);
            assertThat(in.unread()).isEqualTo(4);
            assertThat(in.hasEnded()).isFalse();
            assertThat(in.receive()).isEqualTo(-1);
            assertThat(in.hasEnded()).isTrue();
            assertThat(in.received()).isEqualTo(5);
        }
    }

    @Test
    void theReadBytesMakeRoomForMoreWhenTheRestIsTooLittle() throws IOException {
        for (int wanted = 10; wanted <= 11; wanted++) {
            try (ChannelInput in = input(ScriptedSource.of("0123456789", "abcdefghij"))) {
                assertThat(in.readSlice(6).isReadable()).isTrue();
                assertThat(in.await(wanted)).isTrue();
                assertThat(in.buffer().readerIndex()).isEqualTo(wanted == 10 ? 6 : 0);
                assertThat(in.buffer().capacity()).isEqualTo(16);
            }
        }
    }

    @Test
    void aRetainedSliceIsNotOverwrittenByWhatIsReadNext() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("ab", "cd"))) {
            ByteBuf kept = in.readSlice(2).retain();
            assertThat(in.readSlice(2).toString(UTF_8)).isEqualTo("cd");
            assertThat(kept.toString(UTF_8)).isEqualTo("ab");
            kept.release();
        }
    }

    @Test
    void awaitMessageLeavesTheAnswerToTheConnection() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("a"))) {
            assertThat(in.awaitMessage()).as("the connection says no").isFalse();
            assertThat(in.await(1)).isTrue();
            assertThat(in.awaitMessage()).as("still, though a byte is here").isFalse();
        }
    }
}
