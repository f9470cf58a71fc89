package dev.socketserver.internal.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.buffer.MessageTooLongException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChannelInputUntilTest {
    private static final int CAP = 5;

    private static ChannelInput input(ScriptedSource source) {
        return new ChannelInput(source, SpareBuffers.none(ByteBufAllocator.DEFAULT), 16, new FreeOwner());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Returns the messages up to the end. */
    private static List<String> messages(ChannelInput in, String delimiter) throws IOException {
        List<String> messages = new ArrayList<>();
        for (ByteBuf message = in.readUntil(bytes(delimiter), CAP);
                message != null;
                message = in.readUntil(bytes(delimiter), CAP)) {
            messages.add(message.toString(UTF_8));
        }
        return messages;
    }

    @ParameterizedTest
    @CsvSource({
        "a;bc;;12345;, ;, 'a,bc,,12345'",
        "a--b----c-d--, --, 'a,b,,c-d'",
        "a---, --, a", // and a dash that is left
        "aab.aaab.., aab., ',a'",
        "xabababac., ababac., xab",
        "==>==>, ==>, ','",
    })
    void messagesAreTheSameWhereverTheirBytesAreSplit(String input, String delimiter, String expected)
            throws IOException {
        List<String> messages = List.of(expected.split(",", -1));
        for (int offset = 0; offset <= input.length(); offset++) {
            try (ChannelInput in = input(ScriptedSource.split(bytes(input), offset))) {
                for (String message : messages) {
                    assertThat(in.readUntil(bytes(delimiter), CAP))
                            .as("split at %d", offset)
                            .isNotNull()
                            .matches(view -> view.toString(UTF_8).equals(message), message);
                }
            }
        }
    }

    @Test
    void nothingIsLeftAtTheEnd() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("a;b;"))) {
            assertThat(messages(in, ";")).containsExactly("a", "b");
            assertThat(in.readUntil(bytes(";"), CAP)).as("again").isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "abcde", "abcde-", "-", "a-b-"})
    void anEndInsideAMessageIsTold(String input) throws IOException {
        for (int offset = 0; offset <= input.length(); offset++) {
            try (ChannelInput in = input(ScriptedSource.split(bytes(input), offset))) {
                assertThatThrownBy(() -> in.readUntil(bytes("--"), CAP))
                        .isInstanceOf(EOFException.class)
                        .hasMessage("the peer closed inside a message, after " + input.length() + " bytes");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcdef", "abcdef--", "abcde-x", "-------", "abcde-x--"})
    void aMessageOverTheCapIsRefusedWithItsFirstByteTooMany(String input) throws IOException {
        String delimiter = input.startsWith("-") ? "-+" : "--";
        for (int offset = 0; offset <= input.length(); offset++) {
            ScriptedSource source = ScriptedSource.split(bytes(input), offset).thenFails();
            try (ChannelInput in = input(source)) {
                assertThatThrownBy(() -> in.readUntil(bytes(delimiter), CAP))
                        .as("split at %d", offset)
                        .isInstanceOf(MessageTooLongException.class)
                        .hasMessage("message is longer than 5 bytes");
            }
        }
    }

    @Test
    void anEndlessMessageTakesNoMoreThanTheCapAllows() throws IOException {
        var source = new ScriptedSource();
        for (int i = 0; i < 1000; i++) {
            source.add(bytes("-".repeat(1000)));
        }
        var allocator = new RecordingAllocator();
        try (ChannelInput in = new ChannelInput(source, SpareBuffers.none(allocator), 64, new FreeOwner())) {
            assertThatThrownBy(() -> in.readUntil(bytes("->"), 100)).isInstanceOf(MessageTooLongException.class);
        }
        assertThat(allocator.largest()).isLessThanOrEqualTo(256);
        assertThat(allocator.unreleased()).isZero();
    }

    @Test
    void whereNothingIsLeftToSearchTheDelimiterMayComeNext() {
        ByteBuf received = Unpooled.copiedBuffer("ab", UTF_8);
        assertThat(Delimiter.indexOf(new byte[] {'a'}, received, 2)).isEqualTo(2);
        assertThat(Delimiter.indexOf(new byte[] {'b', 'a'}, received, 0)).isEqualTo(1);
    }

    @Test
    void aDelimiterHasBytes() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("a"))) {
            assertThatThrownBy(() -> in.readUntil(new byte[0], CAP))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("delimiter must have at least one byte");
        }
    }

    @Test
    void aRetainedMessageKeepsItsBytes() throws IOException {
        try (ChannelInput in = input(ScriptedSource.of("abc;de", "fg;"))) {
            ByteBuf first =
                    Objects.requireNonNull(in.readUntil(bytes(";"), CAP)).retain();
            assertThat(messages(in, ";")).containsExactly("defg");
            assertThat(first.toString(UTF_8)).isEqualTo("abc");
            first.release();
        }
    }

    /** Each text of few letters, in which delimiters overlap with what they end, read in random pieces. */
    @Test
    void messagesAreThoseThatASearchOfTheWholeFinds() throws IOException {
        for (int seed = 0; seed < 5_000; seed++) {
            var random = new Random(seed);
            String text = letters(random, random.nextInt(60));
            String delimiter = letters(random, 1 + random.nextInt(4));
            var source = new ScriptedSource();
            for (int begin = 0, end; begin < text.length(); begin = end) {
                end = Math.min(text.length(), begin + 1 + random.nextInt(10));
                source.add(bytes(text.substring(begin, end)));
            }
            try (ChannelInput in = input(source)) {
                int begin = 0;
                int end = text.indexOf(delimiter);
                while (end >= 0 && end - begin <= CAP) {
                    assertThat(Objects.requireNonNull(in.readUntil(bytes(delimiter), CAP))
                                    .toString(UTF_8))
                            .as("seed %d", seed)
                            .isEqualTo(text.substring(begin, end));
                    begin = end + delimiter.length();
                    end = text.indexOf(delimiter, begin);
                }
                int left = text.length() - begin;
                if (left == 0) {
                    assertThat(in.readUntil(bytes(delimiter), CAP)).isNull();
                } else {
                    assertThatThrownBy(() -> in.readUntil(bytes(delimiter), CAP))
                            .as("seed %d", seed)
                            .isInstanceOfAny(
                                    left <= CAP ? EOFException.class : MessageTooLongException.class,
                                    left <= CAP + delimiter.length() && end < 0
                                            ? EOFException.class
                                            : MessageTooLongException.class);
                }
            }
        }
    }

    private static String letters(Random random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(random.nextInt(3) == 0 ? 'b' : 'a');
        }
        return text.toString();
    }
}
