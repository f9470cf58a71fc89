package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.run.Endpoint;
import java.io.File;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may know whom, checked on the compiled classes. */
@Timeout(60)
class PackageStructureTest {
    private static final String ROOT = "dev.socketserver";
    private static final String BUFFER = ROOT + ".buffer";
    private static final String HEALTH = ROOT + ".health";
    private static final String LIMIT = ROOT + ".limit";
    private static final String NET = ROOT + ".net";
    private static final String POOL = ROOT + ".pool";
    private static final String TASK = ROOT + ".task";
    private static final String TESTING = ROOT + ".testing";
    private static final String INTERNAL = ROOT + ".internal";
    private static final String STREAMS = INTERNAL + ".buffer";
    private static final String LEAD = INTERNAL + ".lead";
    private static final String RUN = INTERNAL + ".run";
    private static final String SERVICE = INTERNAL + ".pool";
    private static final String STREAM = INTERNAL + ".stream";
    private static final String UDP = INTERNAL + ".udp";
    private static final String UTIL = INTERNAL + ".util";

    /** One of our packages, in front of a type's name. */
    private static final Pattern OUR_PACKAGE = Pattern.compile("dev\\.socketserver(?:\\.[a-z]+)*(?=\\.[A-Z])");

    /**
     * A new package belongs here, and gets no more than it needs. The engine implements the interfaces of the root and
     * is configured by its values, and the root's servers use the engine; no class of either is in a cycle because of
     * that, see {@link ClassStructureTest}.
     */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry(ROOT, Set.of(BUFFER, LIMIT, NET, POOL, STREAMS, RUN, STREAM, UDP, UTIL)),
            Map.entry(HEALTH, Set.of(ROOT, BUFFER, POOL)),
            Map.entry(TASK, Set.of(POOL, UTIL)),
            Map.entry(TESTING, Set.of(ROOT, BUFFER, NET, STREAMS, RUN, STREAM, UDP, UTIL)),
            Map.entry(POOL, Set.of(SERVICE, UTIL)),
            Map.entry(BUFFER, Set.of(UTIL)),
            Map.entry(LIMIT, Set.of(NET, UTIL)),
            Map.entry(NET, Set.of(UTIL)),
            Map.entry(STREAMS, Set.of(BUFFER)),
            Map.entry(LEAD, Set.of(POOL, SERVICE, UTIL)),
            Map.entry(RUN, Set.of(ROOT, LIMIT, POOL, SERVICE, UTIL)),
            Map.entry(STREAM, Set.of(ROOT, BUFFER, LIMIT, NET, POOL, STREAMS, LEAD, RUN, SERVICE, UTIL)),
            Map.entry(UDP, Set.of(ROOT, LIMIT, POOL, LEAD, RUN, SERVICE, UTIL)),
            Map.entry(SERVICE, Set.of()),
            Map.entry(UTIL, Set.of()));

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
    void packagesHaveNoCycleButThatOfTheRootAndTheEngine() throws Exception {
        Map<String, Set<String>> left = new TreeMap<>();
        dependencies().forEach((from, to) -> left.put(from, ours(to)));
        List.of(RUN, STREAM, UDP)
                .forEach(engine -> left.getOrDefault(engine, Set.of()).remove(ROOT));
        while (!left.isEmpty()) {
            Set<String> leaves = new HashSet<>(left.keySet());
            leaves.removeIf(name -> left.getOrDefault(name, Set.of()).stream().anyMatch(left::containsKey));
            assertThat(leaves).as("packages that use no other of %s", left).isNotEmpty();
            left.keySet().removeAll(leaves);
        }
    }

    @Test
    void onlyWhatHandlesBytesKnowsNetty() throws Exception {
        Map<String, Set<String>> dependencies = dependencies();
        Set<String> users = dependencies.keySet().stream()
                .filter(from -> dependencies.getOrDefault(from, Set.of()).stream()
                        .anyMatch(name -> name.startsWith("io.netty")))
                .collect(Collectors.toSet());
        assertThat(users).containsExactlyInAnyOrder(ROOT, BUFFER, HEALTH, NET, STREAMS, STREAM, UDP, TESTING);
    }

    /** The compiler's lint would say so too, but also of the types of optional modules. */
    @Test
    void theApiNamesNoTypeOfAPackageThatIsNotExported() throws Exception {
        Set<String> exported = module().exports().stream()
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
        for (Class<?> type : types()) {
            if (exported.contains(type.getPackageName()) && isShown(type.getModifiers())) {
                assertThat(packagesShownBy(type))
                        .as("packages of types in the API of %s", type)
                        .isSubsetOf(exported);
            }
        }
    }

    /** A type whose API is an interface of a package that is not exported. */
    private abstract static class Implementing implements Endpoint {}

    @Test
    void theInterfacesOfATypeAreInItsApi() {
        assertThat(packagesShownBy(Implementing.class)).contains(RUN);
    }

    private static List<Class<?>> types() throws Exception {
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes())) {
            for (Path file : files.map(classes()::relativize).toList()) {
                if (file.toString().endsWith(".class") && !file.endsWith("module-info.class")) {
                    types.add(
                            Class.forName(file.toString().replace(".class", "").replace(File.separatorChar, '.')));
                }
            }
        }
        assertThat(types).contains(ServerConfig.class);
        return types;
    }

    private static boolean isShown(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static Set<String> packagesShownBy(Class<?> type) {
        Stream<GenericDeclaration> executables =
                Stream.concat(Stream.of(type.getDeclaredConstructors()), Stream.of(type.getDeclaredMethods()));
        Stream<String> members = Stream.concat(
                executables
                        .map(Executable.class::cast)
                        .filter(member -> isShown(member.getModifiers()))
                        .map(Executable::toGenericString),
                Stream.of(type.getDeclaredFields())
                        .filter(member -> isShown(member.getModifiers()))
                        .map(Field::toGenericString));
        Stream<String> declaration = Stream.of(type.toGenericString(), String.valueOf(type.getGenericSuperclass()));
        Stream<String> interfaces = Stream.of(type.getGenericInterfaces()).map(Type::getTypeName);
        return Stream.of(members, declaration, interfaces)
                .flatMap(texts -> texts)
                .flatMap(text -> OUR_PACKAGE.matcher(text).results())
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    private static ModuleDescriptor module() throws Exception {
        try (InputStream descriptor = Files.newInputStream(classes().resolve("module-info.class"))) {
            return ModuleDescriptor.read(descriptor);
        }
    }

    @Test
    void theModuleExportsItsPackagesAndRequiresNothingUnexpected() throws Exception {
        ModuleDescriptor module = module();
        assertThat(module.exports())
                .allMatch(export -> !export.isQualified())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(ROOT, BUFFER, HEALTH, LIMIT, NET, POOL, TASK, TESTING);
        assertThat(module.requires())
                .filteredOn(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactlyInAnyOrder(
                        "java.base",
                        "java.management",
                        "jdk.jfr",
                        "jdk.net",
                        "jdk.unsupported",
                        "io.netty.buffer",
                        "io.netty.common",
                        "org.slf4j");
        assertThat(module.requires())
                .filteredOn(required -> required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .as("optional, so not required of those who require this module")
                .allMatch(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE))
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactlyInAnyOrder(
                        "jdk.management",
                        "micrometer.commons",
                        "micrometer.core",
                        "micrometer.observation",
                        "org.jspecify");
    }
}
