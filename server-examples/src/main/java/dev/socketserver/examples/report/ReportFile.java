package dev.socketserver.examples.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import dev.socketserver.examples.cli.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads and writes {@link LoadReport}s as JSON files. */
public final class ReportFile {
    private static final Gson JSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .setStrictness(Strictness.STRICT)
            .create();

    private ReportFile() {}

    /** Writes {@code report} to {@code file}, replacing it. */
    public static void write(LoadReport report, Path file) throws IOException {
        OutputFile.write(file, toJson(report));
    }

    /** Returns the text of a report's file. */
    public static String toJson(LoadReport report) {
        return JSON.toJson(report) + "\n";
    }

    /**
     * Reads the report in {@code file}.
     *
     * @throws IOException if the file does not contain a report of this version
     */
    public static LoadReport read(Path file) throws IOException {
        LoadReport report;
        try {
            report = JSON.fromJson(Files.readString(file), LoadReport.class);
        } catch (JsonParseException e) {
            throw new IOException(file + " is not a load report", e);
        }
        if (report == null || !LoadReport.FORMAT.equals(report.format()) || report.runs() == null) {
            throw new IOException(file + " is not a load report");
        }
        if (report.version() != LoadReport.VERSION) {
            throw new IOException(
                    file + " has version " + report.version() + " of the format, not " + LoadReport.VERSION);
        }
        if (report.runs().isEmpty()) {
            throw new IOException(file + " has no run");
        }
        if (!report.isComplete()) {
            throw new IOException(file + " is not a load report: parts are missing");
        }
        return report;
    }
}
