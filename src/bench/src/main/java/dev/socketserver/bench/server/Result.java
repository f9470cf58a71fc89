package dev.socketserver.bench.server;

import java.util.List;

/**
 * The servers under one workload. Immutable.
 *
 * @param workload its name on the command line
 * @param title its name in the report
 * @param servers each server, ours first
 */
record Result(String workload, String title, List<Summary> servers) {
    /** Sums rows up; the first is what the others are compared with. */
    static Result of(Workload workload, List<Row> rows) {
        return new Result(
                workload.id(),
                workload.title(),
                rows.stream().map(row -> Summary.of(row, rows.get(0))).toList());
    }

    /** The most processors, on the median of any server's rounds, that went to somebody else. */
    double othersCpu() {
        return servers.stream().mapToDouble(Summary::othersCpu).max().orElse(0);
    }
}
