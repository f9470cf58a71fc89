package dev.socketserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page of the documentation, as far as tests look into it. Immutable. */
record MarkdownPage(Path file, String text) {
    /** The project's directory; Maven runs a module's tests in the module's. */
    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|`[^`\\n]*`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern TO_SECTION = Pattern.compile("\\]\\(([^)#\\s:]*)#([^)\\s]+)\\)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)[^)]*\\)");

    static MarkdownPage of(String fileInProject) {
        return read(PROJECT.resolve(fileInProject));
    }

    /** Returns the README files and all pages of the site. */
    static List<MarkdownPage> all() throws IOException {
        List<MarkdownPage> pages = new ArrayList<>(List.of(of("README.md"), of("src/README.md")));
        try (Stream<Path> files = Files.walk(PROJECT.resolve("src/site/markdown"))) {
            files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .map(MarkdownPage::read)
                    .forEach(pages::add);
        }
        return pages;
    }

    private static MarkdownPage read(Path file) {
        try {
            return new MarkdownPage(file, Files.readString(file));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    /** Returns the rows of the first table under the heading, by their first cell, without the back quotes. */
    Map<String, List<String>> table(String heading) {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        text.lines()
                .dropWhile(line -> !line.equals("## " + heading))
                .dropWhile(line -> !line.startsWith("| --- |"))
                .skip(1)
                .takeWhile(line -> line.startsWith("|"))
                .map(MarkdownPage::cells)
                .forEach(cells -> rows.put(cells.get(0), cells));
        return rows;
    }

    private static List<String> cells(String line) {
        return Stream.of(line.substring(1).split("\\|"))
                .map(cell -> cell.strip().replace("`", ""))
                .toList();
    }

    /** Returns the blocks of Java. */
    List<String> java() {
        return JAVA.matcher(text).results().map(match -> match.group(1)).toList();
    }

    /** Returns the links to other files of the project, as files. */
    List<Path> linkedFiles() {
        return LINK.matcher(CODE.matcher(text).replaceAll(""))
                .results()
                .map(match -> match.group(1))
                .filter(link -> !link.contains("://"))
                .map(file::resolveSibling)
                .toList();
    }

    /** Returns the links to sections that do not exist, by the names that GitHub gives them. */
    List<String> brokenSections() {
        return TO_SECTION
                .matcher(CODE.matcher(text).replaceAll(""))
                .results()
                .filter(link -> {
                    MarkdownPage page = link.group(1).isEmpty() ? this : read(file.resolveSibling(link.group(1)));
                    return !page.sections().contains(link.group(2));
                })
                .map(MatchResult::group)
                .toList();
    }

    private Set<String> sections() {
        return HEADING.matcher(FENCED.matcher(text).replaceAll(""))
                .results()
                .map(heading -> heading.group(1)
                        .replaceAll("!?\\[([^]]*)]\\([^)]*\\)", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .strip()
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Override
    public String toString() {
        return PROJECT.relativize(file).toString();
    }
}
