package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.buffer.MessageTooLongException;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChannelInputLineTest {
    private static final int CAP = 100;

    private static ChannelInput input(ScriptedSource source, int bufferSize) {
        return new ChannelInput(source, SpareBuffers.none(ByteBufAllocator.DEFAULT), bufferSize, new FreeOwner());
    }

    private static List<String> lines(ScriptedSource source, int bufferSize) throws IOException {
        List<String> lines = new ArrayList<>();
        try (ChannelInput in = input(source, bufferSize)) {
            for (String line = in.readLine(UTF_8, CAP); line != null; line = in.readLine(UTF_8, CAP)) {
                lines.add(line);
            }
            assertThat(in.readLine(UTF_8, CAP)).as("after the end").isNull();
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 8192})
    void linesAreTheSameWhereverTheBytesAreSplit(int bufferSize) throws IOException {
        byte[] bytes = "one\r\ntwo\n\n\r\nü€😀\r\na\rb\nlast".getBytes(UTF_8);
        for (int offset = 0; offset <= bytes.length; offset++) {
            assertThat(lines(ScriptedSource.split(bytes, offset), bufferSize))
                    .as("split at %d", offset)
                    .containsExactly("one", "two", "", "", "ü€😀", "a\rb", "last");
        }
    }

    @Test
    void linesAreTheSameIfEachByteComesAlone() throws IOException {
        var source = new ScriptedSource();
        for (byte each : "one\r\ntwo\nlast\r".getBytes(UTF_8)) {
            source.add(new byte[] {each});
        }
        assertThat(lines(source, 16)).containsExactly("one", "two", "last");
    }

    @Test
    void anEmptyStreamHasNoLine() throws IOException {
        assertThat(lines(ScriptedSource.of(), 16)).isEmpty();
    }

    @Test
    void theCharsetDecidesWhatTheBytesMean() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("ü\n"), 16)) {
            assertThat(in.readLine(ISO_8859_1, CAP)).isEqualTo("Ã¼");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", ""})
    void aLineAsLongAsTheCapIsReadWhateverEndsIt(String end) throws IOException {
        byte[] bytes = ("x".repeat(CAP) + end).getBytes(UTF_8);
        for (int offset = 0; offset <= bytes.length; offset++) {
            assertThat(lines(ScriptedSource.split(bytes, offset), 16)).containsExactly("x".repeat(CAP));
        }
    }

    @Test
    void aLineOverTheCapIsRefusedWithoutWaitingForMore() throws IOException {
        ScriptedSource source = ScriptedSource.of("x".repeat(CAP + 1)).thenFails();
        try (ChannelInput in = input(source, 8192)) {
            assertThatThrownBy(() -> in.readLine(UTF_8, CAP))
                    .isInstanceOf(MessageTooLongException.class)
                    .hasMessage("line is longer than 100 bytes")
                    .extracting(e -> ((MessageTooLongException) e).limit())
                    .isEqualTo(100L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r", ""})
    void aLineOverTheCapIsRefusedWhateverEndsIt(String end) throws IOException {
        byte[] bytes = ("x".repeat(CAP + 1) + end).getBytes(UTF_8);
        for (int offset = 0; offset <= bytes.length; offset++) {
            try (ChannelInput in = input(ScriptedSource.split(bytes, offset), 16)) {
                assertThatThrownBy(() -> in.readLine(UTF_8, CAP))
                        .as("split at %d", offset)
                        .isInstanceOf(MessageTooLongException.class);
            }
        }
    }

    @Test
    void anEndlessLineTakesNoMoreThanTheCapAllows() throws IOException {
        var source = new ScriptedSource();
        for (int i = 0; i < 1000; i++) {
            source.add(new byte[1000]);
        }
        var allocator = new RecordingAllocator();
        try (ChannelInput in = new ChannelInput(source, SpareBuffers.none(allocator), 64, new FreeOwner())) {
            assertThatThrownBy(() -> in.readLine(UTF_8, CAP)).isInstanceOf(MessageTooLongException.class);
            assertThat(allocator.largest()).isLessThanOrEqualTo(2 * CAP);
        }
    }

    @Test
    void aThousandPipelinedLinesCostOneRead() throws IOException {
        var text = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            text.append(i).append("\r\n");
            expected.add(Integer.toString(i));
        }
        ScriptedSource source = ScriptedSource.of(text.toString());
        assertThat(lines(source, 8192)).isEqualTo(expected);
        assertThat(source.reads()).isEqualTo(2); // the second sees the end
    }

    @Test
    void aLineMayBeFollowedByBytesReadAnotherWay() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("GET 3\nabcrest"), 16)) {
            assertThat(in.readLine(UTF_8, CAP)).isEqualTo("GET 3");
            assertThat(in.readNBytes(3)).containsExactly('a', 'b', 'c');
            assertThat(in.readLine(UTF_8, CAP)).isEqualTo("rest");
        }
    }
}
