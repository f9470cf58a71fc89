package dev.socketserver.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
public final class ProjectVersion implements IVersionProvider {
    private static final String RESOURCE = "project.properties";

    /** For the command line. */
    public ProjectVersion() {}

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    /** Returns name and version of the project. */
    public static String text() {
        Properties project = new Properties();
        try (InputStream in = ProjectVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("not in the build: " + RESOURCE);
            }
            project.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "socketserver " + project.getProperty("version");
    }
}
