package dev.socketserver.examples.report;

import java.util.ArrayDeque;

/** Shows the latest values as a row of small bars. Not thread-safe. */
final class Sparkline {
    static final String BARS = "▁▂▃▄▅▆▇█";
    private static final String ASCII_BARS = "_.:-=+*#";

    private final int width;
    private final String bars;
    private final ArrayDeque<Double> values = new ArrayDeque<>();

    /** Creates a sparkline of the latest {@code width} values, in ASCII if the terminal cannot show {@link #BARS}. */
    Sparkline(int width, boolean unicode) {
        this.width = width;
        this.bars = unicode ? BARS : ASCII_BARS;
    }

    void add(double value) {
        values.add(value);
        if (values.size() > width) {
            values.remove();
        }
    }

    /** Returns the bars; the highest represents the largest value shown. */
    @Override
    public String toString() {
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        var text = new StringBuilder();
        for (double value : values) {
            int height = most == 0 ? 0 : (int) Math.round(value / most * (bars.length() - 1));
            text.append(bars.charAt(height));
        }
        return text.toString();
    }
}
