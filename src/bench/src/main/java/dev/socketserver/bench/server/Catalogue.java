package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.JvmServer;
import dev.socketserver.bench.server.peer.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
        ServerKey key = ServerKey.make(folder);
        for (JvmServer server : JvmServer.values()) {
            if (server.obstacle().isPresent()) {
                leftOut.add(server.id() + ": " + server.obstacle().get());
            } else if (java.feature() >= server.oldestJdk()) {
                contenders.add(new JvmContender(server, java, key));
            } else if (newestJava.feature() >= server.oldestJdk()) {
                contenders.add(new JvmContender(server, newestJava, key));
            } else {
                leftOut.add(server.id() + ": needs JDK " + server.oldestJdk());
            }
        }
        unpack(folder);
        addC(folder);
        addPython(folder, key.pem());
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
        addC(folder, "c-epoll-1", "C, epoll, 1 loop", "epoll_echo", NO_LIMIT, workload -> List.of("1"));
        addC(folder, "c-epoll-2", "C, epoll, 2 loops", "epoll_echo", NO_LIMIT, workload -> List.of("2"));
        addC(
                folder,
                "c-prefork",
                "C, prefork",
                "prefork_echo",
                MOST_PROCESSES,
                workload -> List.of(Integer.toString(workload.connections())));
        addC(folder, "c-udp", "C, recvfrom loop", "udp_echo", NO_LIMIT, workload -> List.of("1"));
    }

    private void addC(
            Path folder, String id, String title, String source, int most, Function<Workload, List<String>> arguments)
            throws InterruptedException, IOException {
        Path program = folder.resolve(source);
        String file = program.toString();
        if (!Files.exists(program)
                && !Tools.succeeds("cc", "-D_GNU_SOURCE", "-O2", "-pthread", "-o", file, file + ".c")) {
            leftOut.add(id + ": does not compile");
            return;
        }
        Transport transport = source.startsWith("udp") ? Transport.UDP : Transport.TCP;
        contenders.add(new NativeContender(id, title, Set.of(transport), most, List.of(file), arguments));
    }

    private void addPython(Path folder, Path pem) throws InterruptedException {
        if (!Tools.succeeds("python3", "--version")) {
            leftOut.add("Python: no python3");
            return;
        }
        Function<Workload, List<String>> arguments = workload -> {
            String workers = Integer.toString(workload.connections());
            return workload.transport() == Transport.TLS ? List.of(workers, pem.toString()) : List.of(workers);
        };
        addPython("python-threading", "Python ThreadingMixIn", folder.resolve("threading_echo.py"), arguments);
        addPython(
                "python-pooling", "Python ThreadPoolingMixIn (the seed)", folder.resolve("pooling_echo.py"), arguments);
    }

    private void addPython(String id, String title, Path source, Function<Workload, List<String>> arguments) {
        Set<Transport> transports = Set.of(Transport.TCP, Transport.TLS);
        List<String> program = List.of("python3", "-B", source.toString());
        contenders.add(new NativeContender(id, title, transports, MOST_PROCESSES, program, arguments));
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
