import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the index that the search of the site reads: {@code java SearchIndex.java PAGES SCRIPT}. */
final class SearchIndex {
    private SearchIndex() {}

    public static void main(String... args) throws IOException {
        Path pages = Path.of(args[0]);
        Path script = Path.of(args[1]);
        try (Stream<Path> files = Files.walk(pages)) {
            List<String> entries = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(".md")).sorted().toList()) {
                String name = pages.relativize(file).toString().replace('\\', '/').replaceFirst("\\.md$", ".html");
                if (!name.startsWith("results/")) {
                    entries.add(page(name, Files.readString(file)));
                }
            }
            Files.createDirectories(script.toAbsolutePath().getParent());
            Files.writeString(script, "const pages = [\n" + String.join(",\n", entries) + "\n];\nwindow.pages = pages;\n");
        }
    }

    /** Returns a page with its sections: what is between two headings outside of code. */
    private static String page(String file, String text) {
        String title = file;
        List<String> sections = new ArrayList<>();
        String heading = "";
        var section = new StringBuilder();
        boolean code = false;
        for (String line : text.lines().toList()) {
            code ^= line.startsWith("```");
            if (!code && line.startsWith("# ")) {
                title = plain(line.substring(2));
            } else if (!code && line.matches("###? .*")) {
                sections.add(section(heading, section.toString()));
                heading = plain(line.replaceFirst("#+ ", ""));
                section.setLength(0);
            } else {
                section.append(line).append(' ');
            }
        }
        sections.add(section(heading, section.toString()));
        return "{\"file\":" + json(file) + ",\"title\":" + json(title) + ",\"sections\":["
                + String.join(",", sections) + "]}";
    }

    private static String section(String heading, String text) {
        return "{\"heading\":" + json(heading) + ",\"text\":" + json(plain(text)) + "}";
    }

    /** Returns the text without links, and the signs of tables and emphasis. */
    private static String plain(String markdown) {
        return markdown.replaceAll("!?\\[([^]]*)]\\([^)]*\\)", "$1").replaceAll("[`*|]+|-{3,}:?", " ").replaceAll("\\s+", " ").strip();
    }

    private static String json(String text) {
        return text.chars()
                .mapToObj(c -> c == '"' || c == '\\' || c < ' ' || c == '<' ? String.format("\\u%04x", c) : Character.toString(c))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
