package dev.socketserver.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text with escapes, for bytes that a command line or terminal cannot show. */
public final class Escapes {
    private static final Pattern PIECE =
            Pattern.compile("(?s)\\\\x([0-9a-fA-F]{2})|([^\\\\]+|\\\\[0-3]?[0-7]?[0-7]|\\\\(?!x).)|.");
    private static final String ELLIPSIS = "...";

    private Escapes() {}

    /**
     * Returns the bytes of a text in UTF-8 with the escapes of Java, such as {@code \r\n}, and {@code \xHH} for a byte.
     *
     * @throws IllegalArgumentException if a backslash does not begin a valid escape
     */
    public static byte[] parse(String text) {
        var bytes = new ByteArrayOutputStream();
        Matcher piece = PIECE.matcher(text);
        while (piece.find()) {
            if (piece.group(1) != null) {
                bytes.write(Integer.parseInt(piece.group(1), 16));
            } else if (piece.group(2) != null) {
                bytes.writeBytes(translate(piece.group(2), text).getBytes(UTF_8));
            } else {
                throw notAnEscape(text, null);
            }
        }
        return bytes.toByteArray();
    }

    private static String translate(String piece, String text) {
        try {
            return piece.translateEscapes();
        } catch (IllegalArgumentException e) {
            throw notAnEscape(text, e);
        }
    }

    private static IllegalArgumentException notAnEscape(String text, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "a backslash must begin \\r, \\n, \\t, \\\\, \\xHH or the like: " + text, cause);
    }

    /** Returns bytes in quotation marks, in the syntax of {@link #parse}; only the first {@code limit} bytes. */
    public static String quote(byte[] bytes, int limit) {
        var text = new StringBuilder("\"");
        for (int i = 0; i < Math.min(bytes.length, limit); i++) {
            int value = bytes[i] & 0xff;
            switch (value) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\\', '"' -> text.append('\\').append((char) value);
                default -> {
                    if (value >= ' ' && value <= '~') {
                        text.append((char) value);
                    } else {
                        text.append(String.format(Locale.ROOT, "\\x%02x", value));
                    }
                }
            }
        }
        return text.append('"').append(bytes.length > limit ? ELLIPSIS : "").toString();
    }
}
