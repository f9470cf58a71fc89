package dev.socketserver.examples.deployment;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** The files of the folder {@code docker}, read as a tree. */
final class Document {
    /** How much longer than delay and grace a kill timeout has to be, as the page on deployment says. */
    static final int MARGIN_SECONDS = 5;

    private static final Path FOLDER = Path.of("../docker");

    private Document() {}

    static Path path(String file) {
        return FOLDER.resolve(file);
    }

    static String text(String file) throws IOException {
        return Files.readString(path(file));
    }

    /** Reads YAML, of which JSON is a part. */
    static JsonObject read(String file) throws IOException {
        return new Gson().toJsonTree(new Yaml().load(text(file))).getAsJsonObject();
    }

    /** Goes down by the names, and by the numbers of elements. */
    static JsonElement at(JsonElement root, Object... steps) {
        JsonElement current = root;
        for (Object step : steps) {
            JsonElement next = step instanceof Integer index
                    ? current.getAsJsonArray().get(index)
                    : current.getAsJsonObject().get((String) step);
            if (next == null) {
                throw new AssertionError("no " + step + " in " + current);
            }
            current = next;
        }
        return current;
    }

    /** The value of an option such as {@code --grace=10}. */
    static int option(JsonArray arguments, String option) {
        Pattern wanted = Pattern.compile(Pattern.quote(option) + "=(\\d+)");
        return StreamSupport.stream(arguments.spliterator(), false)
                .map(argument -> wanted.matcher(argument.getAsString()))
                .filter(Matcher::matches)
                .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + option + " in " + arguments));
    }
}
