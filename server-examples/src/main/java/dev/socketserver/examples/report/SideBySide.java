package dev.socketserver.examples.report;

import dev.socketserver.examples.load.PoolSample;
import java.util.List;

/**
 * Servers under the same load at the same time, as a page shows them. The component names are those of the page's data.
 *
 * @param about what they have in common, in a sentence or two
 * @param spans what happened to all, in order
 * @param courses the servers
 */
public record SideBySide(String about, List<Span> spans, List<Course> courses) {
    /** A span of time, in seconds after the beginning. */
    public record Span(String name, double from, double to) {}

    /** What was seen of one server. */
    public record Course(String name, List<Moment> moments) {}

    /** The answers per second, and the state of the pool, a number of seconds after the beginning. */
    public record Moment(double at, double rate, PoolSample pool) {}
}
