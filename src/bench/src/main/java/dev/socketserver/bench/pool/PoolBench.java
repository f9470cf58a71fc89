package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Runs the scenarios that are named on the command line, or all: {@code PoolBench [rounds] [scenario...]}. */
public final class PoolBench {
    private static final int[] SUBMITTERS = {1, 4, 64};

    private static final List<String> ALL = List.of(
            "rate",
            "delay",
            "burst",
            "square",
            "starvation",
            "minimum",
            "overshoot",
            "allocation",
            "trickle",
            "overload");

    private PoolBench() {}

    /**
     * Runs the comparison.
     *
     * @param args number of rounds, then names of scenarios
     * @throws InterruptedException if interrupted
     */
    public static void main(String... args) throws InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        List<String> names = args.length > 1 ? Arrays.asList(args).subList(1, args.length) : ALL;
        for (String name : names) {
            if (name.equals("overload")) {
                new Overloaded(2).run();
                new Overloaded(10).run();
                continue;
            }
            for (Scenario scenario : scenarios(name)) {
                new Comparison(contenders(), rounds).run(scenario);
            }
        }
    }

    private static List<Contender> contenders() {
        String only = System.getProperty("pools", "");
        return Arrays.stream(Contender.values())
                .filter(Contender::isAvailable)
                .filter(contender ->
                        only.isEmpty() || Arrays.asList(only.split(",")).contains(contender.name()))
                .toList();
    }

    private static List<Scenario> scenarios(String name) {
        List<Scenario> scenarios = new ArrayList<>();
        switch (name.toLowerCase(Locale.ROOT)) {
            case "rate" -> Arrays.stream(SUBMITTERS).forEach(n -> scenarios.add(new DispatchRate(n, 400_000)));
            case "delay" ->
                Arrays.stream(SUBMITTERS).forEach(n -> scenarios.add(new StartDelay(n, 5_000, Duration.ofSeconds(2))));
            case "burst" -> scenarios.add(new Burst());
            case "square" -> scenarios.add(new SquareWave());
            case "trickle" -> scenarios.add(new Trickle());
            case "starvation" -> scenarios.add(new Starvation());
            case "minimum" -> scenarios.add(new Minimum());
            case "overshoot" -> scenarios.add(new Overshoot());
            case "allocation" -> scenarios.add(new Allocation());
            default -> throw new IllegalArgumentException("no such scenario: " + name);
        }
        return scenarios;
    }
}
