package dev.socketserver.examples.demo;

import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.LoadResult;
import java.io.PrintWriter;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A load on all servers, and how they bore it.
 *
 * @param name a word or two
 * @param results the results, in the order of the servers
 */
public record Act(String name, List<LoadResult> results) {
    /** Prints for each server how many of the requests due it answered in time. */
    void print(PrintWriter out, List<Side> sides, double rate) {
        for (int i = 0; i < results.size(); i++) {
            LoadResult result = results.get(i);
            out.println(Text.format(
                    "%-12s  %-12s %,6d of %,6d answered%s",
                    i == 0 ? name : "",
                    sides.get(i).name(),
                    result.operations(),
                    Math.round(rate * result.seconds()),
                    result.operations() == 0 ? "" : times(result.clients().latencies())));
        }
    }

    private static String times(Histogram nanos) {
        return Text.format(
                "  p50 %s  p99 %s",
                Text.nanos(nanos.getValueAtPercentile(50)), Text.nanos(nanos.getValueAtPercentile(99)));
    }
}
