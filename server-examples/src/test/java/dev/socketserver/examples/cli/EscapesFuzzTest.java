package dev.socketserver.examples.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Timeout;

/** Any bytes that are quoted can be read back, and any text is bytes or is refused. */
@Timeout(60)
class EscapesFuzzTest {
    @FuzzTest
    void whatIsQuotedIsReadBack(FuzzedDataProvider data) {
        byte[] bytes = data.consumeRemainingAsBytes();
        assertThat(readBack(bytes)).isEqualTo(bytes);
        try {
            byte[] parsed = Escapes.parse(new String(bytes, ISO_8859_1));
            assertThat(readBack(parsed)).isEqualTo(parsed);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("a backslash must begin");
        }
    }

    private static byte[] readBack(byte[] bytes) {
        String quoted = Escapes.quote(bytes, bytes.length);
        assertThat(quoted).matches("\"[ -~]*\"");
        return Escapes.parse(quoted.substring(1, quoted.length() - 1));
    }
}
