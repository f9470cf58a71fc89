package dev.socketserver.examples.report;

import java.util.ArrayDeque;

/** The latest values as a row of little bars. Not thread-safe. */
final class Sparkline {
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private final int width;
    private final ArrayDeque<Double> values = new ArrayDeque<>();

    Sparkline(int width) {
        this.width = width;
    }

    void add(double value) {
        values.add(value);
        if (values.size() > width) {
            values.remove();
        }
    }

    /** The bars, the highest for the largest of the values shown. */
    @Override
    public String toString() {
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        var text = new StringBuilder();
        for (double value : values) {
            int height = most == 0 ? 0 : (int) Math.round(value / most * (BARS.length() - 1));
            text.append(BARS.charAt(height));
        }
        return text.toString();
    }
}
