package dev.socketserver.bench.server;

import dev.socketserver.examples.report.HtmlPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The load tester's page with charts, for one workload: each server over ours. */
final class Page {
    private Page() {}

    /** Writes {@code WORKLOAD.html}, with the servers that may be compared; none if there are not two. */
    static void write(Path folder, Workload workload, List<Row> rows) throws IOException {
        List<Row> valid = rows.stream().filter(row -> row.objection().isEmpty()).toList();
        if (valid.size() < 2) {
            return;
        }
        Row first = valid.get(0);
        HtmlPage page = new HtmlPage(workload.title());
        for (Row other : valid.subList(1, valid.size())) {
            page.overlay(
                    other.contender().title(),
                    first.contender().id(),
                    first.load(),
                    other.contender().id(),
                    other.load());
        }
        page.write(folder.resolve(workload.id() + ".html"));
    }
}
