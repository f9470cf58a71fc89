package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers under every split. */
@Timeout(60)
class AnswerTest {
    private static final String FRAME = "\0\3abc";

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private static PreparedRequest request(@Nullable String expected) {
        return new PreparedRequest(bytes("request"), expected == null ? null : bytes(expected));
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(Answer.EXACT, "OK\r\n", "OK\r\n"),
                Arguments.of(Answer.ofLength(3), "abc", null),
                Arguments.of(Answer.ofLength(1), "a", "a"),
                Arguments.of(Answer.until(new byte[] {'\n'}), "+OK\r\n", null),
                Arguments.of(Answer.until("\r\n\r\n".getBytes(ISO_8859_1)), "a\r\n\r\r\n\r\n", null),
                Arguments.of(Answer.until("\r\n".getBytes(ISO_8859_1)), "+OK\r\n", "+OK\r\n"),
                Arguments.of(Answer.until(new byte[] {'\n'}).containing("^.O"), "+OK\n", null),
                Arguments.of(Answer.frame(2), FRAME, null),
                Arguments.of(Answer.frame(4), "\0\0\0\0", null),
                Arguments.of(Answer.frame(1).containing("b"), "\3abc", "\3abc"),
                Arguments.of(Answer.matching("(?s)HTTP.*?\r\n\r\nhello"), "HTTP/1.1 200\r\na:b\r\n\r\nhello", null),
                Arguments.of(Answer.matching("é;"), "\u00c3\u00a9;", null),
                Arguments.of(Answer.matching("a+b"), "aab", "aab"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void threeAnswersAreThreeHoweverTheyArrive(Answer rule, String answer, @Nullable String expected) throws Exception {
        String stream = answer.repeat(3);
        for (int first = 0; first <= stream.length(); first++) {
            for (int second = first; second <= stream.length(); second++) {
                AnswerReader reader = AnswerReader.of(rule);
                int complete = 0;
                for (String piece : new String[] {
                    stream.substring(0, first), stream.substring(first, second), stream.substring(second)
                }) {
                    ByteBuffer received = bytes(piece);
                    while (received.hasRemaining()) {
                        complete += reader.read(received, request(expected)) ? 1 : 0;
                    }
                }
                assertThat(complete).as("split at %d and %d", first, second).isEqualTo(3);
                assertThat(reader.partial(request(expected)).hasRemaining()).isFalse();
            }
        }
    }

    static Stream<Arguments> wrongAnswers() {
        return Stream.of(
                Arguments.of(Answer.EXACT, "-ERR\r\n", "+OK\r\n", "byte 0 was 0x2d, expected 0x2b, in \"-ERR\\r\\n\""),
                Arguments.of(Answer.EXACT, "+OX\r\n", "+OK\r\n", "byte 2 was 0x58, expected 0x4b, in \"+OX\\r\\n\""),
                Arguments.of(Answer.until(new byte[] {'\n'}), "-ERR\n", "+OK\n", "\"-ERR\\n\" instead of \"+OK\\n\""),
                Arguments.of(
                        Answer.until(new byte[] {'\n'}).containing("OK"),
                        "-ERR\n",
                        null,
                        "\"-ERR\\n\" does not contain OK"),
                Arguments.of(Answer.matching("[+]OK"), "-ERR\n", null, "\"-ERR\\n\" does not match [+]OK"),
                Arguments.of(Answer.frame(4), "HTTP/1.1", null, "a frame announces 1213486160 bytes"));
    }

    @ParameterizedTest
    @MethodSource("wrongAnswers")
    void aWrongAnswerIsShown(Answer rule, String answer, @Nullable String expected, String message) {
        assertThatExceptionOfType(WrongAnswerException.class)
                .isThrownBy(() -> AnswerReader.of(rule).read(bytes(answer), request(expected)))
                .withMessage(message);
    }

    @Test
    void ofALongAnswerTheSurroundingsOfTheWrongByteAreShown() {
        String expected = "x".repeat(1000);
        assertThatExceptionOfType(WrongAnswerException.class)
                .isThrownBy(() -> AnswerReader.of(Answer.EXACT)
                        .read(bytes("x".repeat(500) + "y" + "x".repeat(499)), request(expected)))
                .withMessage(
                        "byte 500 was 0x79, expected 0x78, in ...\"" + "x".repeat(60) + "y" + "x".repeat(59) + "\"...");
    }

    @Test
    void anAnswerUntilTheConnectionIsClosedIsWhatHasArrivedThen() throws Exception {
        AnswerReader reader = AnswerReader.of(Answer.UNTIL_CLOSE.containing("b"));

        assertThat(reader.readEnd(request(null))).as("nothing is no answer").isFalse();
        assertThat(reader.read(bytes("ab"), request(null))).isFalse();
        assertThat(reader.partial(request(null))).isEqualTo(bytes("ab"));
        assertThat(reader.readEnd(request(null))).isTrue();
        assertThat(reader.read(bytes("a"), request(null))).isFalse();
        assertThatExceptionOfType(WrongAnswerException.class).isThrownBy(() -> reader.readEnd(request(null)));
    }

    @Test
    void aClosedConnectionCompletesNoOtherAnswer() throws Exception {
        AnswerReader reader = AnswerReader.of(Answer.ofLength(3));

        assertThat(reader.read(bytes("ab"), request(null))).isFalse();
        assertThat(reader.readEnd(request(null))).isFalse();
    }

    @Test
    void anAnswerWithoutAnEndIsGivenUp() throws Exception {
        AnswerReader reader = AnswerReader.of(Answer.until(new byte[] {'\n'}));
        ByteBuffer much = ByteBuffer.allocate(Message.MAX_SIZE / 4);

        for (int i = 0; i < 4; i++) {
            assertThat(reader.read(much.clear(), request(null))).isFalse();
        }
        assertThatExceptionOfType(WrongAnswerException.class)
                .isThrownBy(() -> reader.read(bytes("x"), request(null)))
                .withMessage("more than 67108864 bytes without an end");
    }
}
