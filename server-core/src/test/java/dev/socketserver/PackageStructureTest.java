package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may know whom, checked on the compiled classes. */
@Timeout(60)
class PackageStructureTest {
    private static final String ROOT = "dev.socketserver";
    private static final String BUFFER = ROOT + ".buffer";
    private static final String NET = ROOT + ".net";
    private static final String POOL = ROOT + ".pool";
    private static final String TASK = ROOT + ".task";
    private static final String UTIL = ROOT + ".internal.util";

    /** A new package belongs here, and gets no more than it needs; the root is nobody's. */
    private static final Map<String, Set<String>> ALLOWED = Map.of(
            ROOT, Set.of(BUFFER, NET, POOL, UTIL),
            TASK, Set.of(POOL),
            POOL, Set.of(),
            BUFFER, Set.of(),
            NET, Set.of(UTIL),
            UTIL, Set.of());

    private static Path classes() throws Exception {
        return Path.of(ServerConfig.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** Returns, for each package of ours, the packages that it uses, without itself. */
    private static Map<String, Set<String>> dependencies() throws Exception {
        var out = new StringWriter();
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int exit;
        try (var writer = new PrintWriter(out)) {
            // Below the module's descriptor, so that jdeps does not ask for the modules of the class path.
            String directory = classes().resolve("dev").toString();
            exit = jdeps.run(writer, writer, "-verbose:package", "-filter:none", "--multi-release", "base", directory);
        }
        assertThat(exit).as(out.toString()).isZero();
        Map<String, Set<String>> dependencies = new TreeMap<>();
        for (String line : out.toString().split("\\R", -1)) {
            String[] words = line.trim().split("\\s+", -1);
            if (words.length >= 3 && words[0].startsWith(ROOT) && !words[0].equals(words[2])) {
                dependencies.computeIfAbsent(words[0], from -> new TreeSet<>()).add(words[2]);
            }
        }
        return dependencies;
    }

    private static Set<String> ours(Set<String> packages) {
        return packages.stream().filter(name -> name.startsWith(ROOT)).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void packagesUseOnlyThoseThatTheyMay() throws Exception {
        Map<String, Set<String>> dependencies = dependencies();
        assertThat(dependencies.keySet()).isEqualTo(ALLOWED.keySet());
        dependencies.forEach((from, to) ->
                assertThat(ALLOWED.get(from)).as("what %s may use", from).containsAll(ours(to)));
    }

    @Test
    void packagesHaveNoCycle() throws Exception {
        Map<String, Set<String>> left = new TreeMap<>();
        dependencies().forEach((from, to) -> left.put(from, ours(to)));
        while (!left.isEmpty()) {
            Set<String> leaves = new HashSet<>(left.keySet());
            leaves.removeIf(name -> left.getOrDefault(name, Set.of()).stream().anyMatch(left::containsKey));
            assertThat(leaves).as("packages that use no other of %s", left).isNotEmpty();
            left.keySet().removeAll(leaves);
        }
    }

    @Test
    void onlyTheServersAndWhatReadsBytesKnowNetty() throws Exception {
        Map<String, Set<String>> dependencies = dependencies();
        Set<String> users = dependencies.keySet().stream()
                .filter(from -> dependencies.getOrDefault(from, Set.of()).stream()
                        .anyMatch(name -> name.startsWith("io.netty")))
                .collect(Collectors.toSet());
        assertThat(users).containsExactlyInAnyOrder(ROOT, BUFFER, NET);
    }

    @Test
    void theModuleExportsItsPackagesAndRequiresNothingUnexpected() throws Exception {
        ModuleDescriptor module;
        try (InputStream descriptor = Files.newInputStream(classes().resolve("module-info.class"))) {
            module = ModuleDescriptor.read(descriptor);
        }
        assertThat(module.exports())
                .allMatch(export -> !export.isQualified())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(ROOT, BUFFER, NET, POOL, TASK);
        assertThat(module.requires())
                .filteredOn(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactlyInAnyOrder("java.base", "java.management", "jdk.jfr", "io.netty.buffer", "org.slf4j");
    }
}
