package dev.socketserver.bench.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Measures servers in interleaved rounds, A B C, B C A, C A B, so that a noisy machine is noisy for all alike and
 * nobody always follows the same neighbour. Not thread-safe.
 */
final class Comparison {
    private final List<Contender> contenders;
    private final Trial trial;
    private final int rounds;
    private final PrintWriter progress;

    Comparison(List<Contender> contenders, Trial trial, int rounds, PrintWriter progress) {
        this.contenders = contenders;
        this.trial = trial;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** Runs one workload on every server that supports it; returns a row for each, in the servers' order. */
    List<Row> run(Workload workload) throws InterruptedException {
        List<Row> rows = contenders.stream()
                .filter(contender ->
                        contender.transports().contains(workload.transport()) && contender.supports(workload))
                .map(Row::new)
                .toList();
        List<Row> order = new ArrayList<>(rows);
        for (int round = 1; round <= rounds; round++) {
            for (Row row : order) {
                measure(row, workload, round);
            }
            Collections.rotate(order, -1);
        }
        return rows;
    }

    private void measure(Row row, Workload workload, int round) throws InterruptedException {
        String name = workload.id() + " " + round + "/" + rounds + " "
                + row.contender().id();
        try {
            Observation observation = trial.run(row.contender(), workload);
            row.add(observation, Runtime.getRuntime().availableProcessors());
            progress.println(String.format(
                    Locale.ROOT, "%s: %,.0f/s", name, observation.measurement().rate()));
        } catch (IOException e) {
            row.fail(String.valueOf(e.getMessage()));
            progress.println(name + ": " + e.getMessage());
        }
        progress.flush();
    }
}
