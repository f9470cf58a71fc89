package dev.socketserver.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * When and where a run took place; nothing that names the machine itself.
 *
 * @param date the day, in UTC
 * @param processor its model, and how many
 * @param system the kernel
 * @param java what the servers in a JVM ran on
 * @param network whether the run was isolated
 * @param conditions what made it hard for the servers
 */
record Machine(String date, String processor, String system, String java, String network, Conditions conditions) {
    /** Describes this machine; {@code servers} is what the servers run on. */
    static Machine here(Jvm servers, Conditions conditions) throws IOException {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Machine(
                LocalDate.now(ZoneOffset.UTC).toString(),
                processors + " × " + processorModel(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                "JDK " + servers.feature() + " " + String.join(" ", servers.options()),
                Isolation.description(),
                conditions);
    }

    private static String processorModel() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .orElse(System.getProperty("os.arch"));
    }

    String toMarkdown() {
        return "Measured on " + date + ": " + processor + ", " + system + ", " + java + "; in " + network + ".\n"
                + conditions.toMarkdown();
    }
}
