package dev.socketserver.examples;

import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.OutputFile;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.demo.Act;
import dev.socketserver.examples.demo.Demonstration;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.report.HtmlPage;
import dev.socketserver.examples.report.LoadReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code demo}: shows what silent and slow peers do to a server, and to one with a fixed pool. */
@Command(
        name = "demo",
        description = "Shows what silent and slow peers do to a server, and to one with a fixed pool of threads.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--scale", hidden = true, defaultValue = "1", description = "Shortens every phase, for tests.")
    private double scale;

    @Option(
            names = "--html",
            paramLabel = "F",
            description =
                    "Where to write the page with charts; default: socketserver-demo.html in the temporary directory.")
    private Path html = Path.of(System.getProperty("java.io.tmpdir"), "socketserver-demo.html");

    @Override
    public Integer call() throws Exception {
        OutputFile.check(spec.commandLine(), "--html", html);
        var demonstration = new Demonstration(spec.commandLine().getOut(), scale);
        return GracefulExit.call(demonstration::stop, () -> {
            demonstration.run();
            return report(demonstration);
        });
    }

    private int report(Demonstration demonstration) throws IOException {
        HtmlPage page = new HtmlPage("Silent peers: socketserver and a fixed pool of the same size")
                .sideBySide(demonstration.sideBySide());
        boolean answeredAll = true;
        for (Act act : demonstration.acts()) {
            LoadResult ours = act.results().get(0);
            LoadResult theirs = act.results().get(1);
            page.overlay("Load: " + act.name(), "socketserver", report(ours), "fixed pool", report(theirs));
            answeredAll &= ours.failures() == 0;
        }
        page.write(html);
        Commands.print(spec, "report        " + html.toUri());
        return answeredAll ? 0 : 1;
    }

    private LoadReport report(LoadResult result) {
        return LoadReport.of(List.of(result), Commands.line(spec));
    }
}
