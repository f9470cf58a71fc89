package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.JvmServer;
import dev.socketserver.bench.server.peer.Transport;
import java.util.List;
import java.util.Set;

/**
 * A server in a JVM of its own.
 *
 * @param server which
 * @param java what it runs on
 * @param key its key, for encrypted workloads
 */
record JvmContender(JvmServer server, Jvm java, ServerKey key) implements Contender {
    @Override
    public String id() {
        return server.id();
    }

    @Override
    public String title() {
        return server.title() + (server.oldestJdk() > Jvm.OLDEST ? " (JDK " + java.feature() + ")" : "");
    }

    @Override
    public Set<Transport> transports() {
        return server.transports();
    }

    @Override
    public boolean supports(Workload workload) {
        return true;
    }

    @Override
    public List<String> command(Workload workload, int port) {
        String keyStore = key.keyStore().toString();
        return java.command("serve", id(), Integer.toString(port), workload.id(), keyStore);
    }
}
