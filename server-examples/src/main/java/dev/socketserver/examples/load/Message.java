package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.examples.cli.Escapes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes of a message, some of which may differ between requests. Immutable and thread-safe.
 *
 * <p>In text, <code>{{counter}}</code> is the number of the request, counted from 0, and <code>{{random}}</code> a
 * number derived from it, so that the message and its expected answer agree. A width, as in <code>{{counter:8}}</code>,
 * means digits in text and bytes, big-endian, in hex.
 */
public final class Message {
    /** The maximum length of a message, {@value} bytes. */
    public static final int MAX_SIZE = 64 << 20;

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kKmM]?)");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(counter|random)(?::(\\d{1,2}))?}}");
    private static final int RANDOM_DIGITS = 9;
    private static final int BINARY_WIDTH = 4;
    private static final long LARGEST_RANDOM = 1_000_000_000_000_000_000L;

    private record Placeholder(boolean random, int width, boolean binary) {
        byte[] bytes(long serial) {
            long value = random ? new SplittableRandom(serial).nextLong(LARGEST_RANDOM) : serial;
            if (binary) {
                byte[] bytes = new byte[width];
                for (int i = width - 1; i >= 0; i--, value >>>= Byte.SIZE) {
                    bytes[i] = (byte) value;
                }
                return bytes;
            }
            String digits = String.format(Locale.ROOT, "%0" + Math.max(1, width) + "d", value);
            return (random ? digits.substring(digits.length() - width) : digits).getBytes(ISO_8859_1);
        }
    }

    /** The bytes before, between and after the placeholders. */
    private final List<byte[]> literals;

    private final List<Placeholder> placeholders;

    private Message(List<byte[]> literals, List<Placeholder> placeholders) {
        this.literals = literals;
        this.placeholders = placeholders;
        checked(literals.stream().mapToLong(literal -> literal.length).sum() + placeholders.size());
    }

    private static Message of(byte[] bytes) {
        return new Message(List.of(bytes), List.of());
    }

    private static int checked(long size) {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("payload must be 1 to " + MAX_SIZE + " bytes: " + size);
        }
        return (int) size;
    }

    /**
     * Returns printable bytes and a line feed, so that servers that echo lines can echo them. They do not repeat within
     * a short distance, so that lost, duplicated or swapped bytes are detected.
     */
    public static Message ofSize(long size) {
        byte[] bytes = new byte[checked(size)];
        var random = new SplittableRandom(size);
        for (int i = 0; i < bytes.length - 1; i++) {
            bytes[i] = (byte) random.nextInt('!', '~' + 1);
        }
        bytes[bytes.length - 1] = '\n';
        return of(bytes);
    }

    /** Returns random bytes, different in each run. */
    public static Message random(long size) {
        byte[] bytes = new byte[checked(size)];
        new SplittableRandom().nextBytes(bytes);
        return of(bytes);
    }

    /** Returns a text in UTF-8, with escapes and placeholders. */
    public static Message ofText(String text) {
        return parse(text, false);
    }

    /** Returns the bytes represented by hexadecimal digits, with placeholders; spaces are ignored. */
    public static Message ofHex(String hex) {
        return parse(hex.replaceAll("\\s", ""), true);
    }

    private static Message parse(String text, boolean hex) {
        List<byte[]> literals = new ArrayList<>();
        List<Placeholder> placeholders = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(text);
        int end = 0;
        while (matcher.find()) {
            boolean random = matcher.group(1).equals("random");
            String width = matcher.group(2);
            int standard = hex ? BINARY_WIDTH : random ? RANDOM_DIGITS : 0;
            int value = width == null ? standard : Integer.parseInt(width);
            if (width != null && (value < 1 || value > (hex ? Long.BYTES : 2 * RANDOM_DIGITS))) {
                throw new IllegalArgumentException("width of a placeholder must be 1 to "
                        + (hex ? Long.BYTES + " bytes: " : 2 * RANDOM_DIGITS + " digits: ") + value);
            }
            literals.add(literal(text.substring(end, matcher.start()), hex));
            placeholders.add(new Placeholder(random, value, hex));
            end = matcher.end();
        }
        literals.add(literal(text.substring(end), hex));
        return new Message(literals, placeholders);
    }

    private static byte[] literal(String text, boolean hex) {
        return hex ? HexFormat.of().parseHex(text) : Escapes.parse(text);
    }

    /** Returns the current content of a file. */
    public static Message ofFile(Path file) throws IOException {
        checked(Files.size(file));
        return of(Files.readAllBytes(file));
    }

    /**
     * Parses {@code text:TEXT}, {@code hex:DIGITS}, {@code file:PATH} or plain text.
     *
     * @throws IllegalArgumentException if it is none of these; the message explains why
     */
    public static Message parse(String value) {
        if (value.startsWith("hex:")) {
            return ofHex(value.substring(4));
        }
        if (value.startsWith("file:")) {
            return readable(value.substring(5));
        }
        return ofText(value.startsWith("text:") ? value.substring(5) : value);
    }

    /**
     * Parses a payload: as {@link #parse(String)}, but with a size such as {@code 64K} or {@code random:SIZE} instead
     * of plain text.
     */
    public static Message parsePayload(String value) {
        String kind = value.substring(0, Math.max(0, value.indexOf(':')));
        return switch (kind) {
            case "" -> ofSize(size(value));
            case "random" -> random(size(value.substring(7)));
            case "text", "hex", "file" -> parse(value);
            default ->
                throw new IllegalArgumentException("must be BYTES, random:, text:, hex: or file:, not " + kind + ":");
        };
    }

    private static Message readable(String file) {
        try {
            return ofFile(Path.of(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the file " + file, e);
        }
    }

    private static long size(String value) {
        Matcher size = SIZE.matcher(value);
        if (!size.matches()) {
            throw new IllegalArgumentException("must be a number of bytes, such as 64 or 16K: " + value);
        }
        int shift = " km".indexOf(size.group(2).toLowerCase(Locale.ROOT)) * 10;
        return Long.parseLong(size.group(1)) << Math.max(0, shift);
    }

    /** Returns whether every request has the same bytes. */
    public boolean isConstant() {
        return placeholders.isEmpty();
    }

    /** Returns the bytes of request {@code serial}; for a constant message always the same array. */
    byte[] bytes(long serial) {
        if (isConstant()) {
            return literals.get(0);
        }
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < placeholders.size(); i++) {
            bytes.writeBytes(literals.get(i));
            bytes.writeBytes(placeholders.get(i).bytes(serial));
        }
        bytes.writeBytes(literals.get(placeholders.size()));
        return bytes.toByteArray();
    }

    /** Returns the bytes of the first request. */
    public byte[] example() {
        return bytes(0).clone();
    }

    /** Returns the number of bytes of the first request. */
    public int size() {
        return bytes(0).length;
    }
}
