package dev.socketserver.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The output of {@code --version}. */
public final class ProjectVersion implements IVersionProvider {
    private static final String RESOURCE = "project.properties";

    /** Creates the provider; called by picocli. */
    public ProjectVersion() {}

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    /** Returns the name and version of the project. */
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
