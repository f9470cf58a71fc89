package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which classes know each other, checked on the compiled classes; a nested class counts as the one around it. */
@Timeout(60)
class ClassStructureTest {
    private static final String ROOT = "dev.socketserver.";

    /** The groups of classes that may know each other. */
    private static final Set<Set<String>> FAMILIES = Set.of(
            Set.of("BaseServer", "StreamServer", "TcpServer", "UnixServer", "UdpServer", "ServerHooks"),
            Set.of("Request", "StreamConnection", "Datagram"),
            Set.of("RequestHandler", "StreamRequestHandler", "DatagramRequestHandler"),
            Set.of("net.ProxyHeader", "net.ProxyHeaderV1", "net.ProxyHeaderV2"),
            Set.of("task.TaskPool", "task.WorkRequestPool"));

    private static Map<String, Set<String>> dependencies() throws Exception {
        Path classes = Path.of(ServerConfig.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var out = new StringWriter();
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int exit;
        try (var writer = new PrintWriter(out)) {
            exit = jdeps.run(
                    writer,
                    writer,
                    "-verbose:class",
                    "-filter:none",
                    "--multi-release",
                    "base",
                    classes.resolve("dev").toString());
        }
        assertThat(exit).as(out.toString()).isZero();
        Map<String, Set<String>> dependencies = new TreeMap<>();
        for (String line : out.toString().split("\\R", -1)) {
            String[] words = line.trim().split("\\s+", -1);
            if (words.length >= 3 && words[0].startsWith(ROOT) && words[2].startsWith(ROOT)) {
                dependencies
                        .computeIfAbsent(outer(words[0]), from -> new TreeSet<>())
                        .add(outer(words[2]));
            }
        }
        return dependencies;
    }

    private static String outer(String name) {
        int nested = name.indexOf('$');
        return (nested < 0 ? name : name.substring(0, nested)).substring(ROOT.length());
    }

    @Test
    void classesAreInNoCycleButTheFamilies() throws Exception {
        Set<Set<String>> cycles = new Cycles(dependencies()).find();
        assertThat(cycles).isSubsetOf(FAMILIES);
    }

    /** Tarjan's algorithm for strongly connected components (1972). */
    private static final class Cycles {
        private final Map<String, Set<String>> graph;
        private final Map<String, Integer> index = new HashMap<>();
        private final Map<String, Integer> low = new HashMap<>();
        private final Deque<String> stack = new ArrayDeque<>();
        private final List<Set<String>> found = new ArrayList<>();

        Cycles(Map<String, Set<String>> graph) {
            this.graph = graph;
        }

        Set<Set<String>> find() {
            graph.keySet().stream().filter(node -> !index.containsKey(node)).forEach(this::visit);
            Set<Set<String>> cycles = new HashSet<>(found);
            cycles.removeIf(component -> component.size() == 1);
            return cycles;
        }

        private void visit(String node) {
            int number = index.size();
            index.put(node, number);
            int lowest = number;
            stack.push(node);
            for (String next : graph.getOrDefault(node, Set.of())) {
                if (!index.containsKey(next)) {
                    visit(next);
                    lowest = Math.min(lowest, low.getOrDefault(next, number));
                } else if (stack.contains(next)) {
                    lowest = Math.min(lowest, index.getOrDefault(next, number));
                }
            }
            low.put(node, lowest);
            if (lowest == number) {
                Set<String> component = new TreeSet<>();
                String last = null;
                while (!node.equals(last)) {
                    last = stack.pop();
                    component.add(last);
                }
                found.add(component);
            }
        }
    }
}
