package dev.socketserver.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.load.LoadResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ResultTableTest {
    private static final String LIMIT =
            "a client thread worked 95 % of the time, so latency includes its queue: try --threads 2";

    private static LoadResult result() {
        LoadResult calm = Reports.result(Reports.plan().build(), 12_345, 123_456);
        return new LoadResult(
                calm.plan(),
                calm.seconds(),
                calm.operations(),
                calm.bytesSent(),
                calm.bytesReceived(),
                calm.clients(),
                calm.idle(),
                calm.slow(),
                calm.samples(),
                List.of(LIMIT),
                false);
    }

    @Test
    void fitsOnATerminalOf80Columns() {
        assertThat(ResultTable.of(result()).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80))
                .contains(
                        "latency      p50 12.3 ms   p90 12.3 ms   p99 12.3 ms   p99.9 12.3 ms",
                        "             p99.99 12.3 ms   max 12.3 ms");
    }

    @Test
    void losesNoWordOfALongValue() {
        assertThat(ResultTable.of(result()).replaceAll("\\s+", " ")).endsWith("CLIENT LIMIT " + LIMIT);
    }
}
