package dev.socketserver.examples.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What GraalVM's native-image is told of the library's reflection exists, and is all there is. */
@Timeout(60)
class NativeImageTest {
    private static final Path CORE = Path.of("../server-core/src/main");
    private static final Path METADATA =
            CORE.resolve("resources/META-INF/native-image/dev.socketserver/server-core/reflect-config.json");
    private static final Pattern FIELD = Pattern.compile("findVarHandle\\((\\w+)\\.class, \"(\\w+)\"");
    private static final Pattern METHOD = Pattern.compile("find(?:Virtual|Static)\\(\\s*\\w+(?:\\.class)?, \"(\\w+)\"");

    private static List<JsonObject> types() throws IOException {
        return elements(JsonParser.parseString(Files.readString(METADATA))).toList();
    }

    private static Stream<JsonObject> elements(JsonElement array) {
        return StreamSupport.stream(array.getAsJsonArray().spliterator(), false).map(JsonElement::getAsJsonObject);
    }

    private static Stream<String> names(JsonObject type, String members) {
        return elements(type.has(members) ? type.get(members) : new JsonArray()).map(NativeImageTest::name);
    }

    private static String name(JsonObject object) {
        return object.get("name").getAsString();
    }

    /** Returns what the pattern finds in the sources. */
    private static List<MatchResult> inSources(Pattern wanted) throws IOException {
        try (Stream<Path> files = Files.walk(CORE.resolve("java"))) {
            List<MatchResult> found = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                wanted.matcher(Files.readString(file)).results().forEach(found::add);
            }
            return found;
        }
    }

    @Test
    void everyTypeOfTheLibraryExistsWithItsFields() throws Exception {
        for (JsonObject type : types()) {
            if (name(type).startsWith("dev.socketserver.")) {
                Class<?> known = Class.forName(name(type), false, NativeImageTest.class.getClassLoader());
                assertThat(names(type, "fields"))
                        .isSubsetOf(Arrays.stream(known.getDeclaredFields())
                                .map(Field::getName)
                                .toList());
            }
        }
    }

    @Test
    void everyFieldThatIsLookedUpIsTold() throws IOException {
        assertThat(types().stream()
                        .flatMap(type ->
                                names(type, "fields").map(field -> name(type).replaceFirst(".*\\.", "") + "." + field)))
                .containsExactlyInAnyOrderElementsOf(inSources(FIELD).stream()
                        .map(found -> found.group(1) + "." + found.group(2))
                        .toList());
    }

    @Test
    void everyMethodThatIsLookedUpIsTold() throws IOException {
        var told = new TreeSet<String>();
        types().forEach(type -> names(type, "methods").forEach(told::add));
        told.remove("<init>"); // is looked up otherwise

        assertThat(told)
                .containsExactlyElementsOf(new TreeSet<>(
                        inSources(METHOD).stream().map(found -> found.group(1)).toList()));
    }
}
