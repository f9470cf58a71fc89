package dev.socketserver.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the jar says of itself: to lawyers, to OSGi, and to whoever asks a class for its version. */
@Timeout(60)
class JarIT {
    private static JarFile open() throws Exception {
        return new JarFile(ConsumerIT.jar().toFile());
    }

    private static Attributes manifest() throws Exception {
        try (JarFile jar = open()) {
            return jar.getManifest().getMainAttributes();
        }
    }

    /** Returns the packages of a header, without what else it says of them. */
    private static Stream<String> packages(String header) {
        return Arrays.stream(header.replaceAll("\"[^\"]*\"", "").split(","))
                .map(clause -> clause.replaceFirst(";.*", ""));
    }

    @Test
    void theLicenceAndTheNoticeAreInside() throws Exception {
        try (JarFile jar = open()) {
            assertThat(List.of("META-INF/LICENSE", "META-INF/NOTICE"))
                    .allSatisfy(name -> assertThat(jar.getEntry(name)).isNotNull());
        }
    }

    @Test
    void theManifestHasTheVersion() throws Exception {
        assertThat(ConsumerIT.jar().getFileName())
                .hasToString("server-core-" + manifest().getValue(Attributes.Name.IMPLEMENTATION_VERSION) + ".jar");
    }

    @Test
    void aBundleExportsWhatTheModuleExports() throws Exception {
        ModuleDescriptor module;
        try (JarFile jar = open()) {
            module = ModuleDescriptor.read(jar.getInputStream(jar.getEntry("module-info.class")));
        }
        assertThat(packages(Objects.requireNonNull(manifest().getValue("Export-Package"))))
                .containsExactlyInAnyOrderElementsOf(module.exports().stream()
                        .map(ModuleDescriptor.Exports::source)
                        .toList());
        assertThat(manifest().getValue("Bundle-SymbolicName")).isEqualTo(module.name());
    }

    @Test
    void aBundleNeedsNoMoreThanTheLibrary() throws Exception {
        String imports = Objects.requireNonNull(manifest().getValue("Import-Package"));
        assertThat(imports).contains("io.micrometer.core.instrument;version=\"[1.", ";resolution:=optional");
        assertThat(packages(imports.replaceAll("[^,;]+;(version=\"[^\"]*\";)?resolution:=optional", "optional")))
                .filteredOn(name -> !name.matches("optional|(java|javax|jdk|dev\\.socketserver)\\..*"))
                .allMatch(name -> name.matches("(io\\.netty\\.(buffer|util)|org\\.slf4j)(\\..*)?"));
    }
}
