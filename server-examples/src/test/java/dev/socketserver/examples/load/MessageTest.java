package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MessageTest {
    private static String text(Message message, long serial) {
        return new String(message.bytes(serial), ISO_8859_1);
    }

    @Test
    void aMessageIsATextOrBytesOrAFile(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("bytes"), new byte[] {'{', '{', 0});

        assertThat(text(Message.parse("GET /: a\\r\\n"), 5)).isEqualTo("GET /: a\r\n");
        assertThat(text(Message.parse("text:hex:00"), 5)).isEqualTo("hex:00");
        assertThat(text(Message.parse("hex:00 fF 41"), 5)).isEqualTo("\0\u00ffA");
        assertThat(text(Message.parse("file:" + file), 5)).isEqualTo("{{\0");
        assertThat(Message.parse("a")).matches(Message::isConstant);
    }

    @ParameterizedTest
    @CsvSource({
        "k{{counter}}, 7, k7",
        "{{counter:4}}., 7, 0007.",
        "{{counter:2}}, 12345, 12345",
        "{{counter}}{{counter}}, 3, 33",
        "hex:61{{counter:2}}62, 0x4142, aABb"
    })
    void theCounterIsTheNumberOfTheRequest(String message, String serial, String bytes) {
        assertThat(text(Message.parse(message), Long.decode(serial))).isEqualTo(bytes);
    }

    @Test
    void aRandomNumberIsTheSameInTheMessageAndItsAnswer() {
        Message message = Message.parse("SET {{random:6}}");
        Message answer = Message.parse("OK {{random:6}}");

        assertThat(text(message, 1)).matches("SET \\d{6}").isNotEqualTo(text(message, 2));
        assertThat(text(answer, 1).substring(3)).isEqualTo(text(message, 1).substring(4));
        assertThat(Message.parse("hex:{{random:8}}").bytes(1)).hasSize(8);
        assertThat(text(Message.parse("{{random}}"), 1)).matches("\\d{9}");
    }

    @Test
    void aConstantMessageIsNotCopied() {
        Message message = Message.ofSize(1000);

        assertThat(message.bytes(1)).isSameAs(message.bytes(2)).endsWith('\n').hasSize(1000);
        assertThat(message.example()).isNotSameAs(message.bytes(1));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "text:, payload must be 1 to 67108864 bytes: 0",
                "hex:0, ",
                "hex:0g, ",
                "{{counter:0}}, width of a placeholder must be 1 to 18 digits: 0",
                "{{counter:19}}, width of a placeholder must be 1 to 18 digits: 19",
                "hex:{{random:9}}, width of a placeholder must be 1 to 8 bytes: 9"
            })
    void anythingElseIsRefused(String text, String complaint) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.parse(text))
                .withMessageContaining(complaint == null ? "" : complaint);
    }
}
