package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.lead.HandlerTimes;
import dev.socketserver.internal.lead.Watchdog;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.ServerRun;
import dev.socketserver.internal.util.Backoff;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.task.TaskPoolConfig;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages say what the code does. */
@Timeout(120)
class DocumentationTest {
    private static final MarkdownPage CONFIGURATION = MarkdownPage.of("src/site/markdown/configuration.md");

    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:(?:public|final|abstract) )*(?:class|record|enum) (\\w+)");

    /** What a block of Java on a page need not import. */
    private static final String IMPORTS = """
            import static java.nio.charset.StandardCharsets.*;
            import dev.socketserver.*;
            import dev.socketserver.buffer.*;
            import dev.socketserver.health.*;
            import dev.socketserver.limit.*;
            import dev.socketserver.net.*;
            import dev.socketserver.pool.*;
            import dev.socketserver.task.*;
            import dev.socketserver.testing.*;
            import io.micrometer.core.instrument.simple.*;
            import io.micrometer.observation.*;
            import io.micrometer.prometheusmetrics.*;
            import io.netty.buffer.*;
            import io.netty.handler.ssl.*;
            import java.io.*;
            import java.net.*;
            import java.nio.channels.*;
            import java.nio.file.*;
            import java.security.*;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.atomic.*;
            import javax.net.ssl.*;
            import jdk.net.ExtendedSocketOptions;
            """;

    @Test
    void everyOptionOfTheServerIsOnTheConfigurationPageWithItsDefault() throws Exception {
        assertThat(documentedDefaults("ServerConfig"))
                .isEqualTo(defaults(ServerConfig.builder().build()));
    }

    @Test
    void everyOptionOfThePoolIsOnTheConfigurationPageWithItsDefault() throws Exception {
        assertThat(documentedDefaults("PoolConfig")).isEqualTo(defaults(PoolConfig.defaults()));
    }

    @Test
    void everyOptionOfTheTaskPoolIsOnTheConfigurationPageWithItsDefault() throws Exception {
        Map<String, String> real = defaults(TaskPoolConfig.ofWorkers(7));
        assertThat(real.put("workers", "none")).isEqualTo("7");
        assertThat(real.put("queueCapacity", "workers")).isEqualTo("7");
        assertThat(real.put("resultCapacity", "UNBOUNDED")).isEqualTo(shown(TaskPoolConfig.UNBOUNDED));
        assertThat(documentedDefaults("TaskPoolConfig")).isEqualTo(real);
    }

    @Test
    void everyOptionHasAMeaning() {
        for (String heading : List.of("ServerConfig", "PoolConfig", "TaskPoolConfig")) {
            assertThat(CONFIGURATION.table(heading).values())
                    .allSatisfy(cells -> assertThat(cells).hasSize(4))
                    .allSatisfy(cells -> assertThat(cells.get(3)).isNotBlank());
        }
    }

    @Test
    void theFixedNumbersAreThoseOfTheCode() {
        assertThat(documentedDefaults("What is fixed").values())
                .containsExactly(
                        shown(Alarms.TICK.multipliedBy(2)),
                        shown(ServerRun.SERVICE_INTERVAL),
                        shown(ServerRun.FIRST_BYTE_PATIENCE),
                        shown(ServerRun.FORCED_END),
                        shown(OpenRequest.LAST_WORD),
                        shown(Duration.ofNanos(Backoff.FIRST)),
                        shown(Duration.ofNanos(Backoff.LONGEST)),
                        shown(RateLimitedLog.INTERVAL),
                        shown(Watchdog.TICK),
                        shown(Watchdog.LONGEST_TICK),
                        shown(HandlerTimes.SLOW),
                        shown(HandlerTimes.QUICK));
    }

    private static Map<String, String> documentedDefaults(String heading) {
        Map<String, String> stated = new LinkedHashMap<>();
        CONFIGURATION.table(heading).forEach((option, cells) -> stated.put(option, cells.get(1)));
        return stated;
    }

    /** Returns the options that the builder of a configuration sets, in its order, with the configuration's values. */
    private static Map<String, String> defaults(ServerConfig config) throws ReflectiveOperationException {
        Map<String, String> real = new LinkedHashMap<>();
        for (Field option : ServerOptions.class.getDeclaredFields()) {
            if (!option.isSynthetic() && !Modifier.isStatic(option.getModifiers())) {
                Method accessor = ServerConfig.class.getMethod(option.getName());
                real.put(option.getName(), shown(accessor.invoke(config)));
            }
        }
        return real;
    }

    /** Returns what each option is, in order: a configuration has a field and an accessor for each. */
    private static Map<String, String> defaults(Object config) throws ReflectiveOperationException {
        Map<String, String> real = new LinkedHashMap<>();
        for (Field option : config.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(option.getModifiers())) {
                real.put(
                        option.getName(),
                        shown(config.getClass().getMethod(option.getName()).invoke(config)));
            }
        }
        return real;
    }

    /** Returns the options that the builder of a configuration sets, with the configuration's values. */
    private static Map<String, String> defaults(TaskPoolConfig config) throws ReflectiveOperationException {
        Map<String, String> real = new LinkedHashMap<>();
        for (Field option : TaskPoolConfig.Builder.class.getDeclaredFields()) {
            if (!option.isSynthetic() && !Modifier.isStatic(option.getModifiers())) {
                Method accessor = TaskPoolConfig.class.getMethod(option.getName());
                real.put(option.getName(), shown(accessor.invoke(config)));
            }
        }
        return real;
    }

    /** Returns a value the way that the page writes it. */
    private static String shown(@Nullable Object value) {
        if (value == null || value.equals(Map.of())) {
            return "none";
        } else if (value.equals(Optional.empty())) {
            return "learned";
        } else if (value instanceof Duration time) {
            return shown(time);
        } else if (value instanceof InetSocketAddress address
                && address.getAddress().isAnyLocalAddress()) {
            return "all addresses, port " + address.getPort();
        } else if (value instanceof Set<?> permissions) {
            return PosixFilePermissions.toString(Set.copyOf(
                    permissions.stream().map(PosixFilePermission.class::cast).toList()));
        } else if (value.equals(PoolConfig.defaults())) {
            return "PoolConfig.defaults()";
        } else if (value == ServerListener.NONE) {
            return "ServerListener.NONE";
        }
        return value.toString();
    }

    private static String shown(Duration time) {
        if (time.isZero()) {
            return "0";
        } else if (time.toNanosPart() % 1_000_000 != 0) {
            return time.toNanos() / 1000 + " µs";
        } else if (time.toMillisPart() != 0) {
            return time.toMillis() + " ms";
        }
        return time.toSeconds() % 60 != 0 ? time.toSeconds() + " s" : time.toMinutes() + " min";
    }

    static List<MarkdownPage> pages() throws IOException {
        return MarkdownPage.all();
    }

    @Test
    void theCoordinatesAreThoseOfTheBuild() throws IOException {
        Matcher version = Pattern.compile("<version>(.*)</version>")
                .matcher(Files.readString(MarkdownPage.PROJECT.resolve("server-core/pom.xml")));
        assertThat(version.find()).isTrue();

        String maven = "<artifactId>server-core</artifactId>\n  " + version.group();
        assertThat(MarkdownPage.of("README.md").text())
                .contains(maven, "\"dev.socketserver:server-core:" + version.group(1) + "\"");
        assertThat(MarkdownPage.of("src/site/markdown/quickstart.md").text()).contains(maven);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadToFiles(MarkdownPage page) {
        assertThat(page.linkedFiles()).filteredOn(Files::notExists).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadToSections(MarkdownPage page) {
        assertThat(page.brokenSections()).isEmpty();
    }

    @Test
    void theSearchOfTheSiteKnowsEverySection(@TempDir Path directory) throws Exception {
        Path index = directory.resolve("search-index.js");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "src/site/java/SearchIndex.java",
                        "src/site/markdown",
                        index.toString())
                .directory(MarkdownPage.PROJECT.toFile())
                .inheritIO()
                .start();

        assertThat(program.waitFor()).isZero();
        assertThat(Files.readString(index))
                .contains("{\"file\":\"index.html\",\"title\":\"socketserver\"", "\"heading\":\"PoolConfig\"")
                .doesNotContain("results/", "](");
    }

    @Test
    void theMenuAndTheListOfDecisionsLeadToAllPages() throws IOException {
        Path site = MarkdownPage.PROJECT.resolve("src/site");
        List<Path> led = new ArrayList<>(
                MarkdownPage.of("src/site/markdown/decisions/index.md").linkedFiles());
        Pattern.compile("<item [^>]*href=\"([^\"]+)\\.html\"")
                .matcher(Files.readString(site.resolve("site.xml")))
                .results()
                .forEach(item -> led.add(site.resolve("markdown/" + item.group(1) + ".md")));

        assertThat(led)
                .containsExactlyInAnyOrderElementsOf(pages().stream()
                        .map(MarkdownPage::file)
                        .filter(file -> file.startsWith(site))
                        .toList());
    }

    /** Except for the page whose Java needs Spring, which is compiled in that module. */
    @Test
    void javaOnThePagesCompiles(@TempDir Path directory) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (MarkdownPage page : pages()) {
            for (String block : page.file().endsWith("spring-boot.md") ? List.<String>of() : page.java()) {
                sources.add(sourceFile(directory.resolve("block" + sources.size()), page.toString(), block, ""));
            }
        }
        compile(sources, directory.resolve("classes"));
    }

    /** Compiles the sources into that directory, on the class path of the tests. */
    static void compile(List<Path> sources, Path classes) {
        String classPath =
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
        List<String> command = new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", classPath));
        sources.forEach(source -> command.add(source.toString()));
        var messages = new StringWriter();
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(new PrintWriter(messages), new PrintWriter(messages), command.toArray(String[]::new));
        assertThat(result).as("javac says: %s", messages).isZero();
    }

    /** Writes a whole class as it is, and what is less inside a class, which has these members too, or a method. */
    static Path sourceFile(Path directory, String page, String block, String members) throws IOException {
        Files.createDirectories(directory);
        Matcher type = TYPE.matcher(block);
        boolean isType = type.find();
        if (block.startsWith("package ") && isType) {
            return Files.writeString(directory.resolve(type.group(1) + ".java"), block);
        }
        String name = directory.getFileName().toString();
        String inside = isType ? block : "void example() throws Exception {\n" + block + "}\n";
        return Files.writeString(
                directory.resolve(name + ".java"),
                "// " + page + "\n" + IMPORTS + "class " + name + " {\n" + members + inside + "}\n");
    }
}
