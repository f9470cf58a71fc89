package dev.socketserver.internal.util;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Escapes text that a peer may have chosen before it becomes part of a message or a log line. Otherwise a peer could
 * forge log lines, move a terminal's cursor or reverse the text direction. Thread-safe.
 */
public final class Printable {
    private Printable() {}

    /**
     * Returns the value's text with each control character, format character, line or paragraph separator and unpaired
     * surrogate replaced by its escape, such as <code>&#92;u000a</code>; the name of its class if it fails to say.
     */
    public static String of(@Nullable Object value) {
        String text = text(value);
        int first = firstUnprintable(text);
        return first < 0 ? text : escape(text, first);
    }

    /** Returns the value's text, not escaped; the name of its class if it fails to say. */
    public static String text(@Nullable Object value) {
        try {
            return String.valueOf(value);
        } catch (Throwable failure) {
            return Objects.requireNonNull(value).getClass().getName();
        }
    }

    private static int firstUnprintable(String text) {
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            if (!isPrintable(codePoint)) {
                return at;
            }
            at += Character.charCount(codePoint);
        }
        return -1;
    }

    private static String escape(String text, int first) {
        var escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        text.codePoints().skip(text.codePointCount(0, first)).forEach(codePoint -> {
            if (isPrintable(codePoint)) {
                escaped.appendCodePoint(codePoint);
            } else {
                for (char unit : Character.toChars(codePoint)) {
                    escaped.append(String.format("\\u%04x", (int) unit));
                }
            }
        });
        return escaped.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
