package dev.socketserver.spring.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The application in a process of its own. */
@Timeout(60)
class EchoProcessTest {
    /** The exit code of a JVM that SIGTERM ends: 128 + 15. */
    private static final int TERMINATED = 143;

    private final List<Process> processes = new ArrayList<>();

    private Process start(int port) throws IOException {
        return start(port, System.getProperty("java.class.path"));
    }

    private Process start(int port, String classPath) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        EchoApplication.class.getName(),
                        "--socketserver.host=127.0.0.1",
                        "--socketserver.port=" + port)
                .redirectErrorStream(true)
                .start();
        processes.add(process);
        return process;
    }

    @AfterEach
    void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    private static int port(BufferedReader output) throws IOException {
        List<String> before = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("listening on ")) {
                return Integer.parseInt(line.replace("listening on ", ""));
            }
            before.add(line);
        }
        throw new IOException("it does not listen: " + before);
    }

    @Test
    void itServesUntilItIsTerminatedAndFinishesTheRequestOfThatMoment() throws Exception {
        Process process = start(0);
        int port = port(process.inputReader(UTF_8));
        try (Client client = Client.of(port)) {
            client.send("one");
            client.send("two");
            assertThat(client.answer()).isEqualTo("one two");
            client.send("three");

            process.destroy();
            awaitRefusal(port);
            client.send("four");
            assertThat(client.answer()).isEqualTo("three four");
            assertThat(client.answer()).isNull();
        }
        assertThat(process.waitFor()).isEqualTo(TERMINATED);
    }

    /** Returns when nobody listens on the port any more. */
    private static void awaitRefusal(int port) throws IOException {
        while (true) {
            try {
                Client.of(port).close();
            } catch (ConnectException expected) {
                return;
            }
        }
    }

    @Test
    void itSaysWhyItCannotStart() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = start(taken.getLocalPort());
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).isEqualTo(1);
            assertThat(output)
                    .contains("APPLICATION FAILED TO START", "'echo'", "Address already in use", "socketserver.port")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void itNeedsNeitherTheActuatorNorMicrometer() throws Exception {
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.matches(".*(actuator|micrometer-core).*"))
                .collect(Collectors.joining(File.pathSeparator));
        try (Client client = Client.of(port(start(0, classPath).inputReader(UTF_8)))) {
            client.send("one");
            client.send("two");
            assertThat(client.answer()).isEqualTo("one two");
        }
    }
}
