package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.JvmServer;
import dev.socketserver.bench.server.peer.Transport;
import java.util.List;

/**
 * A server in a JVM of its own.
 *
 * @param server which
 * @param java what it runs on
 */
record JvmContender(JvmServer server, Jvm java) implements Contender {
    @Override
    public String id() {
        return server.id();
    }

    @Override
    public String title() {
        return server.title() + (server.oldestJdk() > Jvm.OLDEST ? " (JDK " + java.feature() + ")" : "");
    }

    @Override
    public Transport transport() {
        return server.transport();
    }

    @Override
    public boolean supports(Workload workload) {
        return true;
    }

    @Override
    public List<String> command(Workload workload, int port) {
        return java.command("serve", id(), Integer.toString(port), workload.id());
    }
}
