package dev.socketserver.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.report.SideBySide.Course;
import dev.socketserver.examples.report.SideBySide.Moment;
import dev.socketserver.examples.report.SideBySide.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class HtmlPageTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    private static final PoolSample FEW = new PoolSample(5, 1, 0);
    private static final PoolSample MANY = new PoolSample(9, 8, 3);

    @TempDir
    private Path directory;

    private final LoadPlan plan = Reports.plan().build();

    private Path write(HtmlPage page) throws IOException {
        Path file = directory.resolve("page.html");
        page.write(file);
        return file;
    }

    private HtmlPage everyChart() {
        LoadReport report = Reports.of(plan, 100, 1000);
        return new HtmlPage("Everything")
                .add("one", report)
                .overlay("two", "A", report, "B", Reports.of(plan, 300, 700))
                .add("three", Reports.of(plan, FEW, MANY))
                .overlay("four", "A", report, "B", Reports.of(plan, FEW, MANY))
                .sideBySide(new SideBySide(
                        "Two servers.",
                        List.of(new Span("calm", 0, 1), new Span("a storm of silent peers", 1, 2)),
                        List.of(
                                new Course("ours", List.of(new Moment(0, 100, FEW), new Moment(2, 90, MANY))),
                                new Course("theirs", List.of(new Moment(0, 100, FEW), new Moment(2, 0, MANY))))));
    }

    @Test
    void needsNothingButItself() throws IOException {
        String page = Files.readString(write(everyChart()));

        assertThat(page)
                .contains("Chart.js v4", "\"operationsPerSecond\"", "const page = {\"title\":\"Everything\"")
                .doesNotContain("<link", "<script src", "<img", "@import", "/* LIBRARY */", "/* DATA */");
    }

    @Test
    void noTextEndsTheScript() throws IOException {
        Path file = write(new HtmlPage("</script><b>").add("</script>", Reports.of(plan, 100, 1000)));

        assertThat(Files.readString(file).split("</script>", -1))
                .as("the library's and the page's own")
                .hasSize(3);
    }

    /** What a browser makes of it; where there is none, the page's parts are still tested above. */
    @Test
    void aRealBrowserDrawsIt() throws Exception {
        String body = drawn(write(everyChart()));

        assertThat(body).contains("data-drawn=\"true\"").contains("Answers per second");
        assertThat(body.split("<canvas", -1)).as("3 + 3 + 3 + 4 + 4 charts").hasSize(18);
    }

    @Test
    void noNameIsTooLongForThePage() throws Exception {
        String name = "unix:/" + "x".repeat(300);
        Path file = write(new HtmlPage(name)
                .add(name, Reports.of(plan, 100, 1000))
                .overlay(name, "A: " + name, Reports.of(plan, 100, 1000), "B: " + name, Reports.of(plan, 300, 700)));
        Files.writeString(file, """
                <script>
                  const {scrollWidth, clientWidth} = document.documentElement;
                  const wide = [...document.querySelectorAll("main *")].filter(e => e.scrollWidth > e.clientWidth + 1);
                  document.getElementById("page").dataset.tooWide = scrollWidth - clientWidth + wide.length;
                </script>
                """, StandardOpenOption.APPEND);

        assertThat(drawn(file)).contains("data-too-wide=\"0\"");
    }

    /** What a browser makes of the file's page. */
    private String drawn(Path file) throws IOException, InterruptedException {
        assumeThat(CHROMIUM).exists();
        Path errors = directory.resolve("errors");
        Process chromium = new ProcessBuilder(
                        CHROMIUM.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--enable-logging=stderr",
                        "--user-data-dir=" + directory.resolve("profile"),
                        "--dump-dom",
                        file.toUri().toString())
                .redirectError(errors.toFile())
                .start();
        String dom = new String(chromium.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(chromium.waitFor()).isZero();
        assertThat(Files.readAllLines(errors))
                .as("the console, on which the browser's own pages write, too")
                .noneMatch(line -> line.contains("CONSOLE") && !line.contains("source: chrome://"));
        return dom.substring(dom.indexOf("<main"), dom.indexOf("</main>"));
    }
}
