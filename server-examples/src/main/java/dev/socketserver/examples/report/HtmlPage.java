package dev.socketserver.examples.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.socketserver.examples.cli.OutputFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A self-contained page with charts of load reports: it includes the chart library (Chart.js), the style and the data.
 * Not thread-safe.
 */
public final class HtmlPage {
    private static final Gson JSON = new GsonBuilder().create(); // escapes <, so that no text ends the script
    private static final String LIBRARY = "META-INF/resources/webjars/chart.js/%s/dist/chart.umd.min.js";
    private static final String LIBRARY_VERSION = "chart.js.properties";

    private record Page(String title, @Nullable SideBySide sideBySide, List<Section> sections) {}

    private record Section(String title, List<Entry> entries) {}

    private record Entry(String name, LoadReport report) {}

    private final String title;
    private final List<Section> sections = new ArrayList<>();
    private @Nullable SideBySide sideBySide;

    /** Creates a page without charts. */
    public HtmlPage(String title) {
        this.title = title;
    }

    /** Adds the charts of one report. */
    public HtmlPage add(String heading, LoadReport report) {
        sections.add(new Section(heading, List.of(new Entry(report.plan().target(), report))));
        return this;
    }

    /** Adds charts that overlay two reports. */
    public HtmlPage overlay(String heading, String nameA, LoadReport a, String nameB, LoadReport b) {
        sections.add(new Section(heading, List.of(new Entry(nameA, a), new Entry(nameB, b))));
        return this;
    }

    /** Begins the page with charts of servers side by side. */
    public HtmlPage sideBySide(SideBySide servers) {
        sideBySide = servers;
        return this;
    }

    /** Writes the page to {@code file}, replacing it. */
    public void write(Path file) throws IOException {
        String page = resource("report.html")
                .replace("/* STYLE */", resource("report.css"))
                .replace("/* LIBRARY */", library())
                .replace("/* DATA */", JSON.toJson(new Page(title, sideBySide, sections)))
                .replace("/* SCRIPT */", resource("report.js"));
        OutputFile.write(file, page);
    }

    private static String library() throws IOException {
        var properties = new Properties();
        try (InputStream in = open(HtmlPage.class.getResourceAsStream(LIBRARY_VERSION), LIBRARY_VERSION)) {
            properties.load(in);
        }
        String name = LIBRARY.formatted(properties.getProperty("version"));
        return text(HtmlPage.class.getClassLoader().getResourceAsStream(name), name);
    }

    private static String resource(String name) throws IOException {
        return text(HtmlPage.class.getResourceAsStream(name), name);
    }

    private static String text(@Nullable InputStream stream, String name) throws IOException {
        try (InputStream in = open(stream, name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(@Nullable InputStream stream, String name) {
        if (stream == null) {
            throw new IllegalStateException(name + " is missing on the class path");
        }
        return stream;
    }
}
