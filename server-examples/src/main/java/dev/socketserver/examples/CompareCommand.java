package dev.socketserver.examples;

import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.OutputFile;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.report.Comparison;
import dev.socketserver.examples.report.HtmlPage;
import dev.socketserver.examples.report.LoadReport;
import dev.socketserver.examples.report.ReportFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code compare}. */
@Command(
        name = "compare",
        description = "Compares two reports written by load --json.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "A.json", description = "The base.")
    private @Nullable Path a;

    @Parameters(index = "1", paramLabel = "B.json", description = "The report to compare with it.")
    private @Nullable Path b;

    @Option(names = "--html", paramLabel = "F", description = "Also write a page that overlays both.")
    private @Nullable Path html;

    @Override
    public Integer call() throws IOException {
        if (a == null || b == null) {
            throw new ParameterException(spec.commandLine(), "two reports are required");
        }
        OutputFile.check(spec.commandLine(), "--html", html);
        LoadReport reportA = ReportFile.read(a);
        LoadReport reportB = ReportFile.read(b);
        Commands.print(spec, new Comparison(reportA, reportB).table());
        if (html != null) {
            String title = name(a) + " and " + name(b);
            new HtmlPage(title)
                    .overlay(reportA.plan().mode(), "A: " + name(a), reportA, "B: " + name(b), reportB)
                    .write(html);
        }
        return 0;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.json$", "");
    }
}
