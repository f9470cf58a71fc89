package dev.socketserver.internal.util;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be logged as it is. */
@Timeout(60)
class PrintableTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "plain text", "Grüße", "路径", "😀 a\\b \u00a0"})
    void whatIsPrintableStaysTheSameObject(String text) {
        assertThat(Printable.of(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({
        "000a, \\u000a",
        "000d, \\u000d",
        "0000, \\u0000",
        "001b, \\u001b",
        "007f, \\u007f",
        "0085, \\u0085",
        "009b, \\u009b",
        "2028, \\u2028",
        "2029, \\u2029",
        "202e, \\u202e",
        "200f, \\u200f",
        "feff, \\ufeff",
        "d800, \\ud800",
        "dc00, \\udc00",
        "e0001, \\udb40\\udc01"
    })
    void whatIsNotPrintableIsShownByItsNumber(String codePoint, String expected) {
        String character = Character.toString(Integer.parseInt(codePoint, 16));
        assertThat(Printable.of(character)).isEqualTo(expected);
        assertThat(Printable.of("ä😀" + character + "b😀" + character)).isEqualTo("ä😀" + expected + "b😀" + expected);
    }

    @Test
    void everyObjectIsShownByItsTextAndNullAsNull() {
        assertThat(Printable.of(null)).isEqualTo("null");
        assertThat(Printable.of(new IllegalStateException("a\nb")))
                .isEqualTo("java.lang.IllegalStateException: a\\u000ab");
    }
}
