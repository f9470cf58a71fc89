package dev.socketserver.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A Java installation that runs this program once more.
 *
 * @param home its folder
 * @param feature its version, such as 25
 * @param options what to start it with
 */
record Jvm(Path home, int feature, List<String> options) {
    /** The oldest that this project supports. */
    static final int OLDEST = 17;

    private static final Path INSTALLATIONS = Path.of("/usr/lib/jvm");

    /** The installation in that folder; throws {@link IllegalArgumentException} if there is none. */
    static Jvm of(Path home, List<String> options) {
        try {
            String version = Files.readAllLines(home.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION="))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("not a JDK: " + home));
            return new Jvm(home, Integer.parseInt(version.split("[\".]", -1)[1]), options);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a JDK: " + home, e);
        }
    }

    /** The newest of Debian's folder of installations, if any is there. */
    static Optional<Jvm> newest(List<String> options) {
        List<Jvm> found = new ArrayList<>();
        if (!Files.isDirectory(INSTALLATIONS)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(INSTALLATIONS)) {
            for (Path home : homes) {
                if (Files.isExecutable(home.resolve("bin/java")) && Files.isReadable(home.resolve("release"))) {
                    found.add(of(home, options));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream().max(Comparator.comparingInt(Jvm::feature));
    }

    /** The command line that runs this program with those arguments. */
    List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.socketserver.bench.Main"));
        command.addAll(List.of(arguments));
        return command;
    }
}
