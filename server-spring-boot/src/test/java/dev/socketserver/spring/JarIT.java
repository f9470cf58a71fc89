package dev.socketserver.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the jar says of itself. */
@Timeout(60)
class JarIT {
    private static JarFile open() throws Exception {
        try (Stream<Path> built = Files.list(Path.of("target"))) {
            return new JarFile(built.filter(
                            file -> file.getFileName().toString().matches("server-spring-boot-[^-]*(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow()
                    .toFile());
        }
    }

    @Test
    void itHasTheLicenceAndWhatBootLooksFor() throws Exception {
        try (JarFile jar = open()) {
            assertThat(jar.stream())
                    .extracting(entry -> entry.getName())
                    .contains(
                            "META-INF/LICENSE",
                            "META-INF/NOTICE",
                            "META-INF/spring.factories",
                            "META-INF/spring-configuration-metadata.json",
                            "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports");
        }
    }

    @Test
    void itHasANameAsAModuleAndAVersion() throws Exception {
        try (JarFile jar = open()) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertThat(manifest.getValue("Automatic-Module-Name")).isEqualTo("dev.socketserver.spring");
            assertThat(jar.getName())
                    .endsWith(
                            "server-spring-boot-" + manifest.getValue(Attributes.Name.IMPLEMENTATION_VERSION) + ".jar");
        }
    }
}
