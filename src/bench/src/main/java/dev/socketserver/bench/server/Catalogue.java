package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.JvmServer;
import dev.socketserver.bench.server.peer.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The servers that this machine can run, and why it cannot run the others. Not thread-safe. */
final class Catalogue {
    /** The peers' sources, in the jar. */
    private static final List<String> SOURCES = List.of(
            "echo.h",
            "epoll_echo.c",
            "prefork_echo.c",
            "udp_echo.c",
            "echo.py",
            "threading_echo.py",
            "pooling_echo.py");

    /** A process or a Python thread for each of more connections is no use to anyone. */
    private static final int MOST_PROCESSES = 1_000;

    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final List<Contender> contenders = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    /**
     * Unpacks and builds what is needed.
     *
     * @param folder for the peers that are not of this JVM
     * @param java what the servers in a JVM run on
     * @param newestJava what those run on that need a newer one
     */
    Catalogue(Path folder, Jvm java, Jvm newestJava) throws IOException, InterruptedException {
        for (JvmServer server : JvmServer.values()) {
            if (java.feature() >= server.oldestJdk()) {
                contenders.add(new JvmContender(server, java));
            } else if (newestJava.feature() >= server.oldestJdk()) {
                contenders.add(new JvmContender(server, newestJava));
            } else {
                leftOut.add(server.id() + ": needs JDK " + server.oldestJdk());
            }
        }
        unpack(folder);
        addC(folder);
        addPython(folder);
        leftOut.add("Helidon: its interface for raw TCP can only be compiled against with JDK 21, this is for 17");
    }

    private static void unpack(Path folder) throws IOException {
        for (String source : SOURCES) {
            try (InputStream in = Catalogue.class.getResourceAsStream("/peers/" + source)) {
                if (in == null) {
                    throw new IOException("not in the jar: " + source);
                }
                Files.copy(in, folder.resolve(source));
            }
        }
    }

    private void addC(Path folder) throws InterruptedException, IOException {
        if (!Tools.succeeds("cc", "--version")) {
            leftOut.add("C: no C compiler, cc");
            return;
        }
        addC(folder, "c-epoll-1", "C, epoll, 1 loop", "epoll_echo", NO_LIMIT, workload -> 1);
        addC(folder, "c-epoll-2", "C, epoll, 2 loops", "epoll_echo", NO_LIMIT, workload -> 2);
        addC(folder, "c-prefork", "C, prefork", "prefork_echo", MOST_PROCESSES, Workload::connections);
        addC(folder, "c-udp", "C, recvfrom loop", "udp_echo", NO_LIMIT, workload -> 1);
    }

    private void addC(Path folder, String id, String title, String source, int most, Function<Workload, Integer> size)
            throws InterruptedException, IOException {
        Path program = folder.resolve(source);
        String file = program.toString();
        if (!Files.exists(program)
                && !Tools.succeeds("cc", "-D_GNU_SOURCE", "-O2", "-pthread", "-o", file, file + ".c")) {
            leftOut.add(id + ": does not compile");
            return;
        }
        Transport transport = source.startsWith("udp") ? Transport.UDP : Transport.TCP;
        contenders.add(new NativeContender(id, title, transport, most, List.of(file), size));
    }

    private void addPython(Path folder) throws InterruptedException {
        if (!Tools.succeeds("python3", "--version")) {
            leftOut.add("Python: no python3");
            return;
        }
        addPython(folder, "python-threading", "Python ThreadingMixIn", "threading_echo.py");
        addPython(folder, "python-pooling", "Python ThreadPoolingMixIn (the seed)", "pooling_echo.py");
    }

    private void addPython(Path folder, String id, String title, String source) {
        List<String> program = List.of("python3", "-B", folder.resolve(source).toString());
        contenders.add(new NativeContender(id, title, Transport.TCP, MOST_PROCESSES, program, Workload::connections));
    }

    /** The servers, in the order of the report; ours come first. */
    List<Contender> contenders() {
        return List.copyOf(contenders);
    }

    /** What cannot run here, and why. */
    List<String> leftOut() {
        return List.copyOf(leftOut);
    }
}
