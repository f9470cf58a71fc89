package dev.socketserver.examples.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The jar with all dependencies names each of them, and has the text of its licence. */
@Timeout(60)
class ThirdPartyIT {
    private static final String OURS = "dev/socketserver/";

    /** What of the page is a row, and where it points. */
    private record Part(String place, String text) {}

    private JarFile jar;

    @BeforeEach
    void open() throws IOException {
        jar = new JarFile("target/server-examples.jar");
    }

    @AfterEach
    void close() throws IOException {
        jar.close();
    }

    private String text(String name) throws IOException {
        return new String(jar.getInputStream(jar.getJarEntry(name)).readAllBytes(), UTF_8);
    }

    private List<Part> parts() throws IOException {
        return text("META-INF/THIRD-PARTY.md")
                .lines()
                .filter(line -> line.startsWith("| ") && line.endsWith(" |"))
                .map(line -> line.split(" *\\| *", -1))
                .skip(2)
                .map(cells -> new Part(cells[1] + "/", "META-INF/" + cells[4]))
                .toList();
    }

    @Test
    void everyClassThatIsNotOursBelongsToAPartThatIsNamed() throws IOException {
        List<String> places = parts().stream().map(Part::place).toList();
        List<String> classes = jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.endsWith(".class"))
                .map(name -> name.replaceFirst("^META-INF/versions/\\d+/", ""))
                .filter(name -> !name.startsWith(OURS))
                .toList();

        assertThat(classes)
                .hasSizeGreaterThan(1000)
                .allMatch(name -> places.stream().anyMatch(name::startsWith));
        assertThat(places)
                .allMatch(
                        place -> jar.stream().anyMatch(entry -> entry.getName().startsWith(place)));
    }

    @Test
    void everyPartsLicenceIsThere() throws IOException {
        assertThat(parts())
                .hasSizeGreaterThan(10)
                .allSatisfy(part ->
                        assertThat(jar.getJarEntry(part.text)).as(part.text).isNotNull());
    }

    @Test
    void theLicenceAndTheNoticeOfTheJarAreOurs() throws IOException {
        for (String name : List.of("LICENSE", "NOTICE")) {
            assertThat(text("META-INF/" + name)).isEqualTo(Files.readString(Path.of("..", name)));
        }
    }
}
