package dev.socketserver.examples.cli;

import java.util.Locale;

/** Formats values for users, always with a decimal point. */
public final class Text {
    private Text() {}

    /** Returns a time with three digits and its unit, such as {@code 1.25 ms}. */
    public static String nanos(long nanos) {
        if (nanos < 1e3) {
            return nanos + " ns";
        }
        if (nanos < 1e6) {
            return digits(nanos / 1e3) + " us";
        }
        return nanos < 1e9 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
    }

    /** Returns a number without unnecessary decimals. */
    public static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String digits(double value) {
        int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
        return format("%." + decimals + "f", value);
    }

    /** Formats like {@link String#format}, independent of the locale. */
    public static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
