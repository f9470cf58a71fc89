package dev.socketserver.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Rate;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ReportFileTest {
    private static final Path DOCUMENTATION = Path.of("../src/site/markdown/load.md");

    @TempDir
    private Path directory;

    @Test
    void whatWasWrittenIsRead() throws IOException {
        Path file = directory.resolve("report.json");
        LoadReport report = Reports.of(
                Reports.plan().rate(new Rate(1, 2, Duration.ofSeconds(3))).build(), 100, 1000, 2000);

        ReportFile.write(report, file);

        assertThat(ReportFile.read(file)).isEqualTo(report);
    }

    @Test
    void whatWasToldOfThePoolIsReadAndNothingIsWrittenElsewhere() throws IOException {
        Path told = directory.resolve("told.json");
        Path untold = directory.resolve("untold.json");
        LoadReport report = Reports.of(Reports.plan().build(), new PoolSample(5, 1, 0), new PoolSample(9, 8, 3));

        ReportFile.write(report, told);
        ReportFile.write(Reports.of(Reports.plan().build(), 100, 1000), untold);

        assertThat(ReportFile.read(told)).isEqualTo(report);
        assertThat(Files.readString(untold)).doesNotContain("\"pool\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {                                                      | is not a load report
            []                                                     | is not a load report
            {}                                                     | is not a load report
            ''                                                     | is not a load report
            {"format":"dev.socketserver.load","version":1}         | is not a load report
            {"format":"dev.socketserver.load","version":2,"runs":[]}| has version 2 of the format, not 1
            {"format":"dev.socketserver.load","version":1,"runs":[]}| has no run
            {"format":"dev.socketserver.load","version":1,"runs":[null]} | is not a load report
            {"format":"dev.socketserver.load","version":1,"runs":[{}]}   | is not a load report
            {"format":"dev.socketserver.load","version":NaN,"runs":[{}]} | is not a load report
            """)
    void anotherFileIsRefused(String text, String complaint) throws IOException {
        Path file = Files.writeString(directory.resolve("other.json"), text);

        assertThatIOException().isThrownBy(() -> ReportFile.read(file)).withMessageContaining(complaint);
    }

    @Test
    void theDocumentationNamesEveryFieldOfTheFormat() throws IOException {
        String documentation = Files.readString(DOCUMENTATION);
        List<String> fields = new ArrayList<>();
        addFields(LoadReport.class, fields);
        for (Class<?> part : LoadReport.class.getDeclaredClasses()) {
            addFields(part, fields);
        }
        addFields(PoolSample.class, fields);

        assertThat(fields).hasSizeGreaterThan(50);
        assertThat(fields).allSatisfy(field -> assertThat(documentation).contains("`" + field + "`"));
    }

    private static void addFields(Class<?> record, List<String> fields) {
        for (RecordComponent component : record.getRecordComponents()) {
            fields.add(component.getName());
        }
    }
}
