package dev.socketserver.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A block of shell commands on a page.
 *
 * @param page the page's file, relative to the project's directory
 * @param text the commands, as the page has them
 */
record ShellBlock(String page, String text) {
    /** The project's directory; Maven runs a module's tests in the module's. */
    static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```(?:sh|bash|shell|console)\\n(.*?)^ *```$");

    /** Returns those of all pages that users read, in order. */
    static List<ShellBlock> all() throws IOException {
        try (Stream<Path> files = Files.walk(PROJECT, 4)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .map(PROJECT::relativize)
                    .map(Path::toString)
                    .filter(file -> !file.contains("target/") && !file.startsWith("."))
                    .sorted()
                    .flatMap(ShellBlock::of)
                    .toList();
        }
    }

    private static Stream<ShellBlock> of(String page) {
        try {
            return FENCED.matcher(Files.readString(PROJECT.resolve(page)))
                    .results()
                    .map(block -> new ShellBlock(page, block.group(1)));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + page, e);
        }
    }

    @Override
    public String toString() {
        return page + ": " + text.lines().findFirst().orElse("");
    }
}
