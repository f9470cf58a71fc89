package dev.socketserver.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Small projects are compiled and run against the jar and what it brings along, and nothing else. */
@Timeout(300)
class ConsumerIT {
    @TempDir
    Path directory;

    static Path jar() throws IOException {
        try (Stream<Path> built = Files.list(Path.of("target"))) {
            return built.filter(file -> file.getFileName().toString().matches("server-core-[^-]*(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Returns the jar, and what a Maven project that depends on it gets besides. */
    private static String path() throws Exception {
        return Stream.of(jar(), place(ByteBuf.class), place(ReferenceCounted.class), place(Logger.class))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Returns a source file of a consumer. */
    private static Path source(String name) throws Exception {
        URL file = Objects.requireNonNull(ConsumerIT.class.getResource("/consumer/" + name), name);
        return Path.of(file.toURI());
    }

    private static String call(String tool, String... args) {
        var out = new StringWriter();
        int exit;
        try (var writer = new PrintWriter(out)) {
            exit = ToolProvider.findFirst(tool).orElseThrow().run(writer, writer, args);
        }
        assertThat(exit).as(out.toString()).isZero();
        return out.toString();
    }

    private String run(Path java, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(java.toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(args));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private Path compileModule() throws Exception {
        Path classes = directory.resolve("classes");
        call(
                "javac",
                "--release",
                "17",
                "-Xlint:all,-requires-automatic",
                "-Werror",
                "-p",
                path(),
                "-d",
                classes.toString(),
                source("module-info.java").toString(),
                source("Main.java").toString());
        return classes;
    }

    @Test
    void aModularConsumerCompilesWithoutTheOptionalModulesAndRuns() throws Exception {
        Path classes = compileModule();
        assertThat(run(java(), "-p", classes + File.pathSeparator + path(), "-m", "consumer/consumer.Main"))
                .contains("HELLO\n", "module consumer, module dev.socketserver");
    }

    @Test
    void aConsumerOnTheClassPathCompilesWithoutWarningsAndRuns() throws Exception {
        Path classes = directory.resolve("classes");
        call(
                "javac",
                "--release",
                "17",
                "-Xlint:all",
                "-Werror",
                "-cp",
                path(),
                "-d",
                classes.toString(),
                source("Main.java").toString());
        assertThat(run(java(), "-cp", classes + File.pathSeparator + path(), "consumer.Main"))
                .contains("HELLO\n", "unnamed module");
    }

    @Test
    void aConsumerInKotlinCompilesWithoutWarningsAndRuns() throws Exception {
        Path classes = directory.resolve("classes");
        String path = path() + File.pathSeparator + place(Class.forName("kotlin.Unit"));
        run(
                java(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
                "-no-reflect",
                "-no-stdlib",
                "-Werror",
                "-cp",
                path,
                "-d",
                classes.toString(),
                source("Main.kt").toString());
        assertThat(run(java(), "-cp", classes + File.pathSeparator + path, "consumer.MainKt"))
                .contains("HELLO\n", "null");
    }

    @Test
    void thePageShowsTheKotlinThatIsCompiled() throws Exception {
        Matcher block = Pattern.compile("(?ms)^```kotlin\\n(.*?)^```$")
                .matcher(Files.readString(Path.of("../src/site/markdown/faq.md")));
        assertThat(block.find()).isTrue();
        assertThat(Files.readString(source("Main.kt"))).contains(block.group(1));
    }

    @Test
    void anImageOfAConsumerIsLinkedAndRuns() throws Exception {
        assumeThat(ToolProvider.findFirst("jlink")).as("the JDK has jlink").isPresent();
        Path classes = compileModule();
        Path image = directory.resolve("image");
        call(
                "jlink",
                "-p",
                classes + File.pathSeparator + path(),
                "--add-modules",
                "consumer",
                "--output",
                image.toString());
        assertThat(run(image.resolve("bin/java"), "-m", "consumer/consumer.Main"))
                .contains("HELLO\n", "module consumer, module dev.socketserver");
    }

    @Test
    void theModuleRequiresWhatTheJarUsesAndNothingElse() throws Exception {
        String used = call(
                "jdeps",
                "--multi-release",
                "base",
                "--ignore-missing-deps",
                "--print-module-deps",
                "--no-recursive",
                "--module-path",
                path(),
                jar().toString());
        assertThat(used.trim().split(",", -1))
                .containsExactlyInAnyOrder(
                        "io.netty.buffer", "io.netty.common", "java.base", "java.management", "jdk.jfr", "org.slf4j");
    }
}
