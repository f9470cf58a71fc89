package dev.socketserver.peer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The client of openssl, a TLS client that is not the JDK's. */
public final class OpenSslClient {
    private OpenSslClient() {}

    /**
     * Starts one, which passes lines to and from its peer; skips the test if openssl is not installed.
     *
     * @param options its further options, such as {@code -tls1_2}
     */
    public static Process connect(int port, String... options) throws IOException {
        assumeTrue(isInstalled(), "openssl is not installed");
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + port));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
    }

    private static boolean isInstalled() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "openssl")));
    }
}
