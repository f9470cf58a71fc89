package dev.socketserver.examples.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
public final class ProjectVersion implements IVersionProvider {
    private static final String RESOURCE = "project.properties";

    /** For the command line. */
    public ProjectVersion() {}

    @Override
    public String[] getVersion() throws IOException {
        Properties project = new Properties();
        try (InputStream in = ProjectVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("not in the build: " + RESOURCE);
            }
            project.load(in);
        }
        return new String[] {"socketserver " + project.getProperty("version")};
    }
}
