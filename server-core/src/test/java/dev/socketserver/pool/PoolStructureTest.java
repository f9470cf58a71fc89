package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which class of the pool knows which other, checked on the compiled classes; a nested one counts as its outer one. */
@Timeout(60)
class PoolStructureTest {
    private static final String PACKAGE = "dev.socketserver.pool.";

    private static Map<String, Set<String>> dependencies() throws Exception {
        Path classes = Path.of(ElasticThreadPool.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var out = new StringWriter();
        try (var writer = new PrintWriter(out)) {
            String directory = classes.resolve("dev").toString();
            ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
            int exit =
                    jdeps.run(writer, writer, "-verbose:class", "-filter:none", "--multi-release", "base", directory);
            assertThat(exit).as(out.toString()).isZero();
        }
        Map<String, Set<String>> dependencies = new TreeMap<>();
        for (String line : out.toString().split("\\R", -1)) {
            String[] words = line.trim().split("\\s+", -1);
            if (words.length >= 3 && words[0].startsWith(PACKAGE) && words[2].startsWith(PACKAGE)) {
                dependencies
                        .computeIfAbsent(outer(words[0]), from -> new TreeSet<>())
                        .add(outer(words[2]));
            }
        }
        dependencies.forEach((from, to) -> to.remove(from));
        return dependencies;
    }

    private static String outer(String name) {
        return name.substring(PACKAGE.length()).replaceFirst("\\$.*", "");
    }

    @Test
    void noClassKnowsOneThatKnowsIt() throws Exception {
        Map<String, Set<String>> left = dependencies();
        assertThat(left).containsKeys("Dispatcher", "Worker", "PoolState");
        boolean removed = true;
        while (removed) {
            removed = left.values().removeIf(known -> known.stream().noneMatch(left::containsKey));
        }
        assertThat(left).as("classes in a cycle, or above one").isEmpty();
    }
}
