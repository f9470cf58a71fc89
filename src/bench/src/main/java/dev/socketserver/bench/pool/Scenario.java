package dev.socketserver.bench.pool;

import java.util.LinkedHashMap;
import java.util.Map;

/** One measurement, made with one contender at a time. */
interface Scenario {
    /** The title of its table. */
    String title();

    /** Measures once. */
    Figures measure(Contender contender) throws InterruptedException;

    /** Named figures in order. Not thread-safe. */
    final class Figures {
        private final Map<String, Double> values = new LinkedHashMap<>();

        Figures add(String name, double value) {
            values.put(name, value);
            return this;
        }

        Map<String, Double> values() {
            return values;
        }
    }
}
