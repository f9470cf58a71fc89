package dev.socketserver.examples.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EscapesTest {
    @Test
    void escapesStandForTheirBytes() {
        assertThat(Escapes.parse("a\\r\\n\\t\\\\\\\"\\0\\x00\\xfF\\101\\1019"))
                .isEqualTo("a\r\n\t\\\"\0\0\u00ffAA9".getBytes(ISO_8859_1));
    }

    @Test
    void otherTextIsUtf8() {
        assertThat(Escapes.parse("für 5 €")).isEqualTo("für 5 €".getBytes(UTF_8));
    }

    @Test
    void everyByteIsReadAsItIsQuoted() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        String quoted = Escapes.quote(bytes, bytes.length);

        assertThat(quoted).startsWith("\"").endsWith("\"");
        assertThat(Escapes.parse(quoted.substring(1, quoted.length() - 1))).isEqualTo(bytes);
    }

    @Test
    void ofManyBytesOnlyTheFirstAreQuoted() {
        assertThat(Escapes.quote("hello".getBytes(UTF_8), 3)).isEqualTo("\"hel\"...");
    }

    @Test
    void aLongTextNeedsNoDeepStack() {
        assertThat(Escapes.parse("x\\n".repeat(100_000))).hasSize(200_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\", "a\\", "\\x", "\\x1", "\\xg0", "\\q", "a\\q"})
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Escapes.parse(text))
                .withMessageContaining(text);
    }
}
