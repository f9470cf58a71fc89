package dev.socketserver.bench.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures every contender in every scenario, in interleaved rounds, A B C B C A, so that a noisy machine is noisy for
 * all alike. If there are several rounds, one goes before that does not count, since everything is cold in it. Prints a
 * Markdown table per scenario: the median and, in brackets, the smallest and the largest.
 */
final class Comparison {
    private final List<Contender> contenders;
    private final int rounds;

    Comparison(List<Contender> contenders, int rounds) {
        this.contenders = contenders;
        this.rounds = rounds;
    }

    void run(Scenario scenario) throws InterruptedException {
        Map<Contender, Map<String, List<Double>>> results = new EnumMap<>(Contender.class);
        if (rounds > 1) {
            for (Contender contender : contenders) {
                scenario.measure(contender);
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get((i + round) % contenders.size());
                Map<String, List<Double>> row = results.computeIfAbsent(contender, c -> new LinkedHashMap<>());
                scenario.measure(contender)
                        .values()
                        .forEach((name, value) -> row.computeIfAbsent(name, n -> new ArrayList<>())
                                .add(value));
            }
        }
        print(scenario.title(), results);
    }

    private void print(String title, Map<Contender, Map<String, List<Double>>> results) {
        List<String> columns = List.copyOf(results.values().iterator().next().keySet());
        System.out.println("\n### " + title + "\n");
        System.out.println("| pool | " + String.join(" | ", columns) + " |");
        System.out.println("|---|" + "---:|".repeat(columns.size()));
        results.forEach((contender, row) -> {
            StringBuilder line = new StringBuilder("| ").append(contender);
            row.values().forEach(values -> line.append(" | ").append(cell(values)));
            System.out.println(line.append(" |"));
        });
    }

    private static String cell(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double median = sorted[sorted.length / 2];
        String spread = Arrays.stream(sorted).distinct().count() == 1
                ? ""
                : " (" + number(sorted[0]) + "–" + number(sorted[sorted.length - 1]) + ")";
        return number(median) + spread;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 && value != Math.rint(value) ? "%.1f" : "%.0f", value);
    }
}
