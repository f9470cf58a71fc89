package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A certificate for {@code localhost} that nobody has signed but its own key, made by openssl. */
final class SelfSigned {
    private SelfSigned() {}

    /** Writes {@code certificate.pem} and its {@code key.pem}; skips the test if openssl is not installed. */
    static void write(Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(RealServer.program("openssl", "openssl")));
        command.addAll(List.of(("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                        + " -subj /CN=localhost -addext subjectAltName=DNS:localhost"
                        + " -keyout key.pem -out certificate.pem")
                .split(" ", -1)));
        Process openssl = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
    }
}
