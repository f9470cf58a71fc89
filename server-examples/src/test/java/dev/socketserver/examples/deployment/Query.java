package dev.socketserver.examples.deployment;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a query of Prometheus asks for, as far as regular expressions can tell.
 *
 * @param text the query, without variables
 */
record Query(String text) {
    /** The metrics of a server's process; those of HAProxy and of Prometheus itself are not ours to check. */
    private static final Pattern METRIC =
            Pattern.compile("\\b((?:socket_server|elastic_pool|executor|jvm|process|system)_\\w+)(?:\\{([^}]*)})?");

    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on) \\(([^)]*)\\)");
    private static final Pattern WORD = Pattern.compile("\\w+");

    /**
     * A metric that is asked for.
     *
     * @param name its name
     * @param matchers which of its series
     */
    record Selector(String name, List<Matcher> matchers) {}

    /**
     * A condition for a label.
     *
     * @param label its name
     * @param values the alternatives that are named; none if any value will do
     */
    record Matcher(String label, Set<String> values) {}

    List<Selector> selectors() {
        return METRIC.matcher(text)
                .results()
                .map(metric -> new Selector(metric.group(1), matchers(metric.group(2))))
                .toList();
    }

    private static List<Matcher> matchers(String inBraces) {
        return MATCHER.matcher(inBraces == null ? "" : inBraces)
                .results()
                .map(matcher -> new Matcher(matcher.group(1), values(matcher.group(3))))
                .toList();
    }

    private static Set<String> values(String alternatives) {
        return Arrays.stream(alternatives.split("\\|", -1))
                .filter(value -> !value.isEmpty() && !value.equals(".*"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the labels by which results are grouped or joined. */
    Set<String> groupings() {
        return GROUPING.matcher(text)
                .results()
                .flatMap(grouping -> WORD.matcher(grouping.group(1)).results())
                .map(label -> label.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
