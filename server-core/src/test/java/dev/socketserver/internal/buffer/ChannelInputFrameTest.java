package dev.socketserver.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.buffer.MessageTooLongException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChannelInputFrameTest {
    private static final int CAP = 200;

    private static byte[] frame(int prefixBytes, byte[] body) {
        var frame = new ByteArrayOutputStream();
        for (int i = prefixBytes - 1; i >= 0; i--) {
            frame.write(i > 3 ? 0 : body.length >>> (8 * i));
        }
        frame.writeBytes(body);
        return frame.toByteArray();
    }

    private static byte[] body(int length) {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte) (i * 31 + length);
        }
        return body;
    }

    private static byte @Nullable [] bytes(@Nullable ByteBuf view) {
        if (view == null) {
            return null;
        }
        byte[] bytes = new byte[view.readableBytes()];
        view.getBytes(view.readerIndex(), bytes);
        return bytes;
    }

    private static ChannelInput input(ScriptedSource source) {
        return new ChannelInput(source, SpareBuffers.none(ByteBufAllocator.DEFAULT), 16, new FreeOwner());
    }

    @ParameterizedTest
    @CsvSource({"1,0", "1,1", "1,200", "2,0", "2,15", "2,200", "3,0", "3,16", "3,200", "4,0", "4,17", "4,200", "8,200"})
    void aFrameIsTheSameWhereverItsBytesAreSplit(int prefixBytes, int length) throws IOException {
        byte[] frame = frame(prefixBytes, body(length));
        for (int offset = 0; offset <= frame.length; offset++) {
            try (ChannelInput in = input(ScriptedSource.split(frame, offset))) {
                assertThat(bytes(in.readFrame(prefixBytes, CAP))).isEqualTo(body(length));
                assertThat(in.readFrame(prefixBytes, CAP)).as("after the end").isNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aFrameOverTheCapIsRefusedBeforeItsBodyComes(int prefixBytes) throws IOException {
        byte[] prefix = Arrays.copyOf(frame(prefixBytes, body(CAP + 1)), prefixBytes);
        try (ChannelInput in = input(new ScriptedSource().add(prefix).thenFails())) {
            assertThatThrownBy(() -> in.readFrame(prefixBytes, CAP))
                    .isInstanceOf(MessageTooLongException.class)
                    .hasMessage("frame is longer than 200 bytes");
        }
    }

    @Test
    void aLengthOfMoreThan31BitsIsRefused() throws IOException {
        byte[] prefix = {(byte) 0x80, 0, 0, 0};
        try (ChannelInput in = input(new ScriptedSource().add(prefix).thenFails())) {
            assertThatThrownBy(() -> in.readFrame(4, Integer.MAX_VALUE)).isInstanceOf(MessageTooLongException.class);
        }
    }

    @Test
    void memoryFollowsWhatArrivedAndNotWhatWasAnnounced() throws IOException {
        byte[] prefix = {0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};
        var allocator = new RecordingAllocator();
        ScriptedSource source = new ScriptedSource().add(prefix).add(new byte[10_000]);
        try (ChannelInput in = new ChannelInput(source, SpareBuffers.none(allocator), 1024, new FreeOwner())) {
            assertThatThrownBy(() -> in.readFrame(4, Integer.MAX_VALUE)).isInstanceOf(EOFException.class);
        }
        assertThat(allocator.largest()).isLessThanOrEqualTo(20_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 13})
    void anEndInsideAFrameIsTold(int length) throws IOException {
        byte[] cut = Arrays.copyOf(frame(4, body(10)), length);
        try (ChannelInput in = input(new ScriptedSource().add(cut))) {
            assertThatThrownBy(() -> in.readFrame(4, CAP)).isInstanceOf(EOFException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 9})
    void aPrefixHasOneToEightBytes(int prefixBytes) throws IOException {
        try (ChannelInput in = input(ScriptedSource.of())) {
            assertThatThrownBy(() -> in.readFrame(prefixBytes, CAP))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("bytes must be 1 to 8: " + prefixBytes);
        }
    }

    @Test
    void aThousandPipelinedFramesAreReadInOrder() throws IOException {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < 1000; i++) {
            all.writeBytes(frame(2, body(i % 100)));
        }
        try (ChannelInput in = new ChannelInput(
                new ScriptedSource().add(all.toByteArray()),
                SpareBuffers.none(ByteBufAllocator.DEFAULT),
                8192,
                new FreeOwner())) {
            for (int i = 0; i < 1000; i++) {
                assertThat(bytes(in.readFrame(2, CAP))).isEqualTo(body(i % 100));
            }
            assertThat(in.readFrame(2, CAP)).isNull();
        }
    }

    @Test
    void retainedFramesKeepTheirBytesAcrossRefillsAndTheEnd() throws IOException {
        var source = new ScriptedSource();
        for (int i = 0; i < 50; i++) {
            source.add(frame(1, body(i)));
        }
        List<ByteBuf> retained = new ArrayList<>();
        try (ChannelInput in = input(source)) {
            for (int i = 0; i < 50; i++) {
                retained.add(Objects.requireNonNull(in.readFrame(1, CAP)).retain());
            }
        }
        for (int i = 0; i < 50; i++) {
            assertThat(bytes(retained.get(i))).isEqualTo(body(i));
            retained.get(i).release();
        }
    }

    @Test
    void aRetainedFrameKeepsItsBytesWhileTheRestOfItsBufferIsReadOn() throws IOException {
        byte[] both = new byte[24];
        System.arraycopy(frame(1, body(7)), 0, both, 0, 8);
        System.arraycopy(Arrays.copyOf(frame(1, body(100)), 16), 0, both, 8, 16);
        ScriptedSource source = new ScriptedSource().add(both).add(Arrays.copyOfRange(frame(1, body(100)), 16, 101));
        try (ChannelInput in =
                new ChannelInput(source, SpareBuffers.none(ByteBufAllocator.DEFAULT), 32, new FreeOwner())) {
            ByteBuf first = Objects.requireNonNull(in.readFrame(1, CAP)).retain();
            assertThat(bytes(in.readFrame(1, CAP))).isEqualTo(body(100));
            assertThat(bytes(first)).isEqualTo(body(7));
            first.release();
        }
    }
}
