package dev.socketserver.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;

/** The page about Spring Boot says what the module does. */
@Timeout(60)
class SpringBootPageTest {
    private static final Path PAGE = Path.of("../src/site/markdown/spring-boot.md");
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
    private static final Pattern PROPERTIES = Pattern.compile("(?ms)^```properties\\n(.*?)^```$");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern METADATA = Pattern.compile("\"name\": \"(socketserver\\.[^\"]+)\"");

    /** What a block of Java on the page need not say: imports, and the classes of the application around it. */
    private static final String BEFORE = """
            import dev.socketserver.*;
            import dev.socketserver.net.*;
            import dev.socketserver.spring.*;
            import org.springframework.beans.factory.*;
            import org.springframework.boot.*;
            import org.springframework.boot.autoconfigure.*;
            import org.springframework.boot.ssl.*;
            import org.springframework.context.annotation.*;
            """;

    private static final String AROUND = """
            static class EchoHandler extends StreamRequestHandler {
                @Override
                protected void handle() {}
            }
            static class ChatHandler extends EchoHandler {}
            static class AdminHandler extends EchoHandler {}
            static class OrderService {}
            static class OrderHandler extends EchoHandler {
                OrderHandler(OrderService orders) {}
            }
            """;

    private static Stream<String> blocks(Pattern kind) throws Exception {
        return kind.matcher(Files.readString(PAGE)).results().map(block -> block.group(1));
    }

    @Test
    void itsJavaCompiles(@TempDir Path directory) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("-proc:none", "-d", directory.toString(), "-cp", System.getProperty("java.class.path")));
        for (String block : blocks(JAVA).toList()) {
            String name = "Block" + command.size();
            String source = BEFORE + "class " + name + " {\n" + AROUND + block + "}\n";
            command.add(
                    Files.writeString(directory.resolve(name + ".java"), source).toString());
        }
        var messages = new StringWriter();
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(new PrintWriter(messages), new PrintWriter(messages), command.toArray(String[]::new));
        assertThat(result).as("javac says: %s", messages).isZero();
    }

    private static Set<String> described() throws Exception {
        try (var file = SpringBootPageTest.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            assertThat(file).isNotNull();
            String text = new String(file.readAllBytes(), UTF_8);
            String properties = text.substring(text.indexOf("\"properties\""));
            return METADATA.matcher(properties)
                    .results()
                    .map(match -> match.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void everyPropertyThatIsNotNamedAfterAnOptionIsInTheTable() throws Exception {
        Set<String> expected = described();
        options(ServerConfig.class).forEach(option -> expected.remove("socketserver." + option));
        options(PoolConfig.class).forEach(option -> expected.remove("socketserver.pool." + option));

        Set<String> inTheTable = Files.readString(PAGE)
                .lines()
                .filter(line -> line.startsWith("| `socketserver."))
                .flatMap(line -> CODE.matcher(line.split("\\|", -1)[1]).results())
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(inTheTable).isEqualTo(expected);
    }

    private static Stream<String> options(Class<?> config) {
        return Stream.of(config.getMethods()).map(method -> Checked.property(method.getName()));
    }

    @Test
    void everyPropertyOnThePageIsDescribedForEditors() throws Exception {
        Set<String> named = blocks(PROPERTIES)
                .flatMap(String::lines)
                .filter(line -> line.startsWith("socketserver."))
                .map(line -> line.replaceFirst("=.*", "").replaceFirst("\\.servers\\.\\w+", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).isNotEmpty();
        assertThat(described()).containsAll(named);
    }

    @Test
    void everyPropertyHasADescription() throws Exception {
        String text = Files.readString(Path.of("target/classes/META-INF/spring-configuration-metadata.json"));
        List<String> properties = Pattern.compile("(?s)\\{[^{}]*}")
                .matcher(text.substring(text.indexOf("\"properties\"")))
                .results()
                .map(MatchResult::group)
                .filter(property -> METADATA.matcher(property).find())
                .toList();
        assertThat(properties)
                .hasSizeGreaterThan(50)
                .allSatisfy(property -> assertThat(property).contains("\"description\""));
    }

    @Test
    void itsPropertiesAreAccepted() throws Exception {
        var source = new MapConfigurationPropertySource();
        blocks(PROPERTIES)
                .flatMap(String::lines)
                .filter(line -> line.startsWith("socketserver.") && !line.contains(".ssl."))
                .forEach(line -> source.put(line.replaceFirst("=.*", ""), line.replaceFirst(".*?=", "")));
        ServerConfigs configs =
                ServerConfigs.of(new Binder(source), new DefaultSslBundleRegistry(), WorkerKind.PLATFORM, List.of());
        assertThat(configs.builder("admin").build().pool().maxWorkers()).isEqualTo(8);
        assertThat(configs.builder("chat").build().pool().name()).isEqualTo("chat-worker");
    }

    @Test
    void theCoordinatesAndNettysVersionAreThoseOfTheBuild() throws Exception {
        String version = element("version", Files.readString(Path.of("pom.xml")));
        String netty = element("netty.version", Files.readString(Path.of("../pom.xml")));
        assertThat(Files.readString(PAGE))
                .contains("<artifactId>server-spring-boot</artifactId>\n  <version>" + version + "</version>")
                .contains("<netty.version>" + netty + "</netty.version>");
    }

    private static String element(String name, String text) {
        return text.replaceFirst("(?s).*?<" + name + ">(.*?)</.*", "$1");
    }
}
